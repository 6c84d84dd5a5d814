using System.Globalization;

namespace BlueGreen.Engine.Deployment;

/// <summary>How far a step of a rollout goes.</summary>
/// <param name="Amount">Percent of the number that the new colour ends with, above 0 and at most 100; or a number of instances from 1 up.</param>
/// <param name="IsPercent">Which of the two it is.</param>
public sealed record StepSize(decimal Amount, bool IsPercent)
{
    private const string Remedy = "Write shares of the full number, such as 5%,25%,100%, or numbers of instances, such as 1,4,10, the smaller ones first.";

    /// <summary>Reads the steps of a rollout as a user writes them.</summary>
    /// <exception cref="BlueGreenException"><c>InvalidStep</c>: which entry, and what is wrong with it.</exception>
    public static ImmutableArray<StepSize> Parse(IReadOnlyList<string> steps)
    {
        var sizes = steps.Select((text, index) => Parse(text, index + 1)).ToImmutableArray();
        foreach (var same in sizes.Select((size, index) => (Size: size, Number: index + 1)).GroupBy(step => step.Size.IsPercent))
        {
            foreach (var (before, after) in same.Zip(same.Skip(1), (before, after) => (before, after)))
            {
                if (after.Size.Amount <= before.Size.Amount) throw Invalid($"Step {after.Number}, {after.Size}, does not go beyond step {before.Number}, {before.Size}.");
            }
        }

        return sizes;
    }

    /// <summary>The number of instances that it leads to: a share is rounded up, and no step goes beyond the target.</summary>
    public int Of(int target) => IsPercent ? (int)Math.Ceiling(target * Amount / 100) : (int)Math.Min(target, Amount);

    /// <inheritdoc/>
    public override string ToString() => Amount.ToString(CultureInfo.InvariantCulture) + (IsPercent ? "%" : "");

    private static StepSize Parse(string text, int number)
    {
        var trimmed = text.Trim();
        var isPercent = trimmed.EndsWith("%", StringComparison.Ordinal);
        var digits = isPercent ? trimmed.Substring(0, trimmed.Length - 1) : trimmed;
        if (!decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
        {
            throw Invalid($"Step {number}, '{text}', is neither a share in percent nor a number of instances.");
        }

        if (amount <= 0) throw Invalid($"Step {number}, {trimmed}, is not above 0.");
        if (isPercent && amount > 100) throw Invalid($"Step {number}, {trimmed}, is more than 100%.");
        if (!isPercent && (amount > int.MaxValue || amount != decimal.Truncate(amount)))
        {
            throw Invalid($"Step {number}, {trimmed}, is no whole number of instances; did you mean {trimmed}%?");
        }

        return new StepSize(amount, isPercent);
    }

    private static BlueGreenException Invalid(string message) => new(ErrorKind.InvalidArgument, "InvalidStep", message, Remedy);
}
