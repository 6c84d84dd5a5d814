using BlueGreen.Engine.Deployment.Observing;

namespace BlueGreen.Engine.Deployment.Judging;

/// <summary>What a task's own gauge of pending operations has told since every load balancer had the task out of its pool.</summary>
internal sealed record WorkRecord
{
    /// <summary>One zero may fall between two operations.</summary>
    private const int ZerosToBeSure = 3;

    /// <summary>Two readings closer than this are one.</summary>
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(150);

    public static WorkRecord Unknown { get; } = new();

    /// <summary>Zeros in a row.</summary>
    public int Zeros { get; init; }

    /// <summary>The last number; null while there is none.</summary>
    public double? Count { get; init; }

    public string? Problem { get; init; }

    public DateTimeOffset? CheckedAt { get; init; }

    public bool IsIdle => Zeros >= ZerosToBeSure;

    /// <summary>What is waited for, in words; null when nothing.</summary>
    public string? WaitsFor => IsIdle ? null
        : Problem is not null ? $"its gauge of pending operations cannot be read: {Problem}"
        : Count > 0 ? $"it has {Count:0.##} operations pending, by its own gauge"
        : $"its gauge of pending operations is to say 0 {ZerosToBeSure} times in a row, and has {Zeros} times";

    public WorkRecord Next(PendingOperationsReading reading)
    {
        if (reading.Count is not 0) return new WorkRecord { Count = reading.Count, Problem = reading.Problem, CheckedAt = reading.At };
        return reading.At - CheckedAt < Apart ? this : new WorkRecord { Zeros = Zeros + 1, Count = 0, CheckedAt = reading.At };
    }
}
