namespace BlueGreen.Acceptance.Support;

/// <summary>Tests with a runspace that has a session with a small Marathon.</summary>
public abstract class MarathonTest : IAsyncLifetime
{
    private protected SmallMarathon Marathon { get; private set; } = null!;

    private protected ModuleRunspace Shell { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Shell = new ModuleRunspace();
        Marathon = await SmallMarathon.StartAsync();
        Shell.Run("$null = Connect-BlueGreen $args[0] -Name small", Marathon.Uri).ThrowIfFailed();
    }

    public async ValueTask DisposeAsync()
    {
        Shell.Dispose();
        await Marathon.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
