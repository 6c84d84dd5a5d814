using System.Runtime.InteropServices;
using BlueGreen.Lab.Hosting;

var options = LabOptions.Parse(args);
using var loggers = LoggerFactory.Create(logging => logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning));
using var stop = new CancellationTokenSource();
using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => { c.Cancel = true; stop.Cancel(); });
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => { c.Cancel = true; stop.Cancel(); });
await using var lab = await LabHost.StartAsync(options, Directory.CreateTempSubdirectory("bluegreen-lab-").FullName, loggers, TimeProvider.System, stop.Token);
Console.WriteLine(lab.ToJson(Environment.ProcessId).ToJsonString());
await Task.Delay(Timeout.Infinite, stop.Token).ContinueWith(_ => { });
return 0;
