using System.Diagnostics;

namespace BlueGreen.Acceptance.Support;

/// <summary>Waits for what is to come true.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Task IsTrueAsync(Func<bool> condition, string what) => IsTrueAsync(() => Task.FromResult(condition()), what);

    public static async Task IsTrueAsync(Func<Task<bool>> condition, string what)
    {
        var waited = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(waited.Elapsed < Patience, $"Within {Patience.TotalSeconds} s it did not come true that {what}.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
