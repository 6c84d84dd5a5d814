using System.Management.Automation;
using BlueGreen.Engine.Deployment;
using BlueGreen.Hosting;

namespace BlueGreen.Deployment;

/// <summary>The value of -Gate: script blocks that are asked one after the other, until one refuses.</summary>
internal sealed class ScriptGate : IStepGate
{
    private readonly IReadOnlyList<UserScript> _scripts;

    private ScriptGate(IReadOnlyList<UserScript> scripts) => _scripts = scripts;

    public static IStepGate? Of(ScriptBlock[] scripts, EngineCall call) =>
        scripts.Length == 0 ? null : new ScriptGate([.. scripts.Select(script => new UserScript(script, call.Pipeline))]);

    public async Task<string?> RefuseAsync(RolloutStep step, CancellationToken cancellationToken)
    {
        foreach (var script in _scripts)
        {
            if (await script.RefuseAsync(cancellationToken, step).ConfigureAwait(false) is { } why) return why;
        }

        return null;
    }
}
