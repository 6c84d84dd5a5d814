using BlueGreen.Engine;
using BlueGreen.Engine.Deployment;

namespace BlueGreen.Hosting;

/// <summary>The only thread on which PowerShell runs anything for a cmdlet.</summary>
internal interface IPipelineThread
{
    /// <summary>Runs something there. What it throws ends the cmdlet.</summary>
    Task<T> RunAsync<T>(Func<T> action, CancellationToken cancellationToken);
}

/// <summary>What work of the engine gets from the cmdlet that it is done for. Usable from any thread.</summary>
/// <param name="Sink">Takes what the engine says.</param>
/// <param name="Approval">Asks the user.</param>
/// <param name="Write">Puts an object out on the pipeline.</param>
/// <param name="Pipeline">Runs what only the pipeline's thread may, such as a script block.</param>
/// <param name="Fail">Puts out an error that does not end the cmdlet.</param>
/// <param name="Token">Cancelled when the user stops the pipeline, or a cmdlet further on has enough.</param>
internal sealed record EngineCall(
    IEngineSink Sink, IApproval Approval, Action<object> Write, IPipelineThread Pipeline, Action<BlueGreenException> Fail, CancellationToken Token);
