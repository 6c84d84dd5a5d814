using BlueGreen.Engine;
using BlueGreen.Engine.Marathon;
using BlueGreen.Simulation.Cluster;
using BlueGreen.Simulation.Driving;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Simulation.Staged;

/// <summary>The simulated Marathon with nothing in between: every request is answered at once, unless a test lets it fail.</summary>
internal sealed class StagedMarathon(SimulatedMarathon marathon) : MarathonCalls(marathon, new Author("driver", IsEngine: true))
{
    /// <summary>Called before and after each request, with what is asked; may throw what a real network would.</summary>
    public Action<string> BeforeCall { get; set; } = _ => { };

    public Action<string> AfterCall { get; set; } = _ => { };

    /// <summary>Every change that was asked for, in order.</summary>
    public List<string> Changes { get; } = [];

    public int Reads { get; private set; }

    public SortedDictionary<string, SimulatedApp> Apps => Simulated.Apps;

    /// <summary>How the tasks behave that are started from now on, by app id.</summary>
    public Func<string, Behaviour> Behaviour
    {
        set
        {
            Simulated.BehaviourOf = value;
            foreach (var app in Apps.Values) app.Behaviour = value(app.Id);
        }
    }

    /// <summary>Somebody else scales an app.</summary>
    public void Scale(SimulatedApp app, int instances) => Simulated.Scale([(app.Id, instances)], force: true, Author.Stranger);

    /// <summary>Somebody else restarts an app, with other members or as it is.</summary>
    public void Change(SimulatedApp app, Action<JObject>? change = null)
    {
        var json = (JObject)app.Json.DeepClone();
        change?.Invoke(json);
        Simulated.Update(app.Id, json, force: true, Author.Stranger);
    }

    /// <summary>Something has happened that Marathon tells of by an event.</summary>
    public void Touch() => Simulated.Touch();

    protected override Task<T> AskAsync<T>(string what, Func<T> answer) => CallAsync(what, () =>
    {
        if (what == "read") Reads++;
        return answer();
    });

    protected override Task<AcceptedChange> ChangeAsync(string what, ChangeOptions options, Action<bool> change) => CallAsync(what, () =>
    {
        Changes.Add(what);
        change(false);
        return Simulated.Accepted;
    });

    /// <summary>Failures are thrown within the task, as by an awaited call.</summary>
    private Task<T> CallAsync<T>(string what, Func<T> call)
    {
        try
        {
            BeforeCall(what);
            var result = call();
            AfterCall(what);
            return Task.FromResult(result);
        }
        catch (BlueGreenException error)
        {
            return Task.FromException<T>(error);
        }
    }
}
