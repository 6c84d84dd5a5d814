namespace BlueGreen.Lab.Tests.LoadBalancer;

/// <summary>A folder that goes with the test. Its path is short enough for sockets.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("lb-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
