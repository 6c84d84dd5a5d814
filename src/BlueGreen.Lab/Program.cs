using System.Globalization;
using BlueGreen.Lab.Demo;
using BlueGreen.Lab.Hosting;

try
{
    if (args is ["serve", ..]) return await ServeCommand.RunAsync(args[1..]);
    if (args is ["load", ..]) return await LoadCommand.RunAsync(args[1..]);
    if (args is [ContainedLab.Argument, var workDirectory, var pid, ..])
        return await ContainedLab.RunAsync(LabOptions.Parse(args[3..]), workDirectory, int.Parse(pid, CultureInfo.InvariantCulture));

    var options = LabOptions.Parse(args);
    if (options.Help)
    {
        Console.WriteLine(LabOptions.Usage);
        return 0;
    }

    return OperatingSystem.IsLinux()
        ? await Containment.RunAsync(args, options)
        : throw new LabException("The cluster runs on Linux only, where tasks can have sessions and networks of their own. Use WSL or a container.");
}
catch (Exception e) when (e is ArgumentException or LabException)
{
    await Console.Error.WriteLineAsync($"BlueGreen.Lab: {e.Message}");
    return 1;
}
