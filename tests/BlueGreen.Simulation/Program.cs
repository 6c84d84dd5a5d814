using System.Diagnostics;
using System.Globalization;
using BlueGreen.Simulation.Schedules;

var (count, seed) = (Argument("--schedules", 100_000), Argument("--seed", 1));
return Soak.Run(count, seed, isTraced: args.Contains("--trace"));

int Argument(string name, int otherwise)
{
    var index = Array.IndexOf(args, name);
    return index >= 0 && index + 1 < args.Length && int.TryParse(args[index + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
