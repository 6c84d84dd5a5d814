using System.Globalization;

namespace BlueGreen.Acceptance.Chaos;

/// <summary>What is drawn is told, and can be drawn again: BLUEGREEN_CHAOS_SEED=number.</summary>
internal static class Seed
{
    public static Random Draw()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("BLUEGREEN_CHAOS_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var given)
            ? given
            : Random.Shared.Next(1_000_000);
        Shop.Say($"BLUEGREEN_CHAOS_SEED={seed}");
        return new Random(seed);
    }
}
