using System.Globalization;
using System.Management.Automation;
using BlueGreen.Engine;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Session;
using BlueGreen.Hosting;

namespace BlueGreen.Deployment;

/// <summary>The value of -PendingOperations as a gauge.</summary>
internal static class PendingOperationsGauge
{
    /// <exception cref="BlueGreenException"><c>InvalidPendingOperations</c>.</exception>
    public static IPendingOperations? Of(object? value, ClusterSession cluster, PSCmdlet cmdlet, EngineCall call) =>
        ((value as PSObject)?.BaseObject ?? value) switch
        {
            null => null,
            ScriptBlock script => new ScriptGauge(script, cmdlet, call.Pipeline),
            string path => cluster.CreateGauge(path),
            var other => throw GaugeErrors.Invalid(other, "it is neither a text nor a script block"),
        };

    /// <summary>A script block, run in the runspace of the cmdlet.</summary>
    private sealed class ScriptGauge(ScriptBlock script, PSCmdlet cmdlet, IPipelineThread pipeline) : IPendingOperations
    {
        public async Task<double> CountAsync(MarathonApp app, MarathonTask task, CancellationToken cancellationToken)
        {
            // Thrown there, it would end the cmdlet.
            var (count, problem) = await pipeline.RunAsync(() => Count(task), cancellationToken).ConfigureAwait(false);
            return count ?? throw GaugeErrors.Unreadable(task, problem!);
        }

        private (double? Count, string? Problem) Count(MarathonTask task)
        {
            try
            {
                var output = cmdlet.InvokeCommand.InvokeScript(true, script, null, task);
                if (output.LastOrDefault() is not { } last) return (null, "the script block yields nothing");
                return LanguagePrimitives.TryConvertTo(last, CultureInfo.InvariantCulture, out double count) && count >= 0 && !double.IsInfinity(count)
                    ? (count, null)
                    : (null, $"the script block yields '{last}', and a number from 0 on is wanted");
            }
            catch (RuntimeException error) when (error is not PipelineStoppedException)
            {
                return (null, $"the script block failed: {error.Message}");
            }
        }
    }
}
