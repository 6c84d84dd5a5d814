using System.Globalization;

namespace BlueGreen.Engine.Marathon;

/// <summary>
/// The label with the service ports of the second colour: one, as zdd.py takes it, or one for each service port, with commas between.
/// </summary>
internal static class AlternatePorts
{
    /// <summary>How many ports the label names, readable or not; 0 without a label.</summary>
    public static int CountOf(string? label) => string.IsNullOrWhiteSpace(label) ? 0 : label!.Split(',').Length;

    /// <exception cref="BlueGreenException"><c>InvalidLabel</c>.</exception>
    public static ImmutableArray<int> Parse(string label, string app) => [.. label.Split(',').Select(part => Port(part, label, app))];

    private static int Port(string part, string label, string app) =>
        int.TryParse(part.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : throw new BlueGreenException(
                ErrorKind.InvalidData, "InvalidLabel",
                $"The label {DeploymentLabels.AltPort} of {app} is '{label}'; a port is a whole number from 1 to 65535.",
                "Give one free service port, or one for each service port with commas between.", app);
}
