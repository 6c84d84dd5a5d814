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
    public static IPendingOperations? Of(object? value, ClusterSession cluster, EngineCall call) =>
        ((value as PSObject)?.BaseObject ?? value) switch
        {
            null => null,
            ScriptBlock script => new ScriptGauge(new UserScript(script, call.Pipeline)),
            string path => cluster.CreateGauge(path),
            var other => throw GaugeErrors.Invalid(other, "it is neither a text nor a script block"),
        };

    private sealed class ScriptGauge(UserScript script) : IPendingOperations
    {
        public async Task<double> CountAsync(MarathonApp app, MarathonTask task, CancellationToken cancellationToken)
        {
            var (count, problem) = await script.AskAsync(Count, error => (null, $"the script block failed: {error}"), cancellationToken, task).ConfigureAwait(false);
            return count ?? throw GaugeErrors.Unreadable(task, problem!);
        }

        private static (double? Count, string? Problem) Count(IReadOnlyList<PSObject?> output)
        {
            if (output.LastOrDefault() is not { } last) return (null, "the script block yields nothing");
            return LanguagePrimitives.TryConvertTo(last, CultureInfo.InvariantCulture, out double count) && count >= 0 && !double.IsInfinity(count)
                ? (count, null)
                : (null, $"the script block yields '{last}', and a number from 0 on is wanted");
        }
    }
}
