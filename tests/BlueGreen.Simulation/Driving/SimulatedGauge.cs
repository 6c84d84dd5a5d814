using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Simulation.Driving;

/// <summary>The service's own gauge: it counts the requests that a task has in hand at the moment, whichever load balancer and worker sent them.</summary>
internal sealed class SimulatedGauge(Driver driver, Estate estate) : IPendingOperations
{
    public Task<double> CountAsync(MarathonApp app, MarathonTask task, CancellationToken cancellationToken) => driver.Exchange(driver.World.Between(1, 4), TimeSpan.Zero, () =>
        (double)estate.LoadBalancers.SelectMany(lb => lb.OldWorkers.Append(lb.Serving)).SelectMany(worker => worker.Servers)
            .Count(server => server.Key.Id == task.Id && (server.Value.IsBusy(driver.World.Now) || server.Value.TakesRequests(server.Key, driver.World.Now))));
}
