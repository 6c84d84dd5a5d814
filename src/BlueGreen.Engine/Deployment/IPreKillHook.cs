using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment;

/// <summary>Tasks that are about to be killed.</summary>
/// <param name="App">The app that they belong to, as it was seen last: the old colour, but for tasks that are replaced on the way back.</param>
/// <param name="TaskIds">The tasks, ordered by id.</param>
/// <param name="Other">The other colour; null when it is gone.</param>
public sealed record KillNotice(MarathonApp App, ImmutableArray<string> TaskIds, MarathonApp? Other);

/// <summary>
/// Called before each act that kills tasks, and before the user is asked about it. Nothing is pending on the tasks then, unless the
/// user chose that sessions may be cut; a last look follows all the same. The hook of zdd.py (<c>--pre-kill-hook</c>), except that it is
/// called before the old app is removed too: by then zdd.py has killed most of its tasks one by one.
/// </summary>
public interface IPreKillHook
{
    /// <summary>Null to go on; else why the deployment is to be held, with everything as it is.</summary>
    /// <remarks>A <see cref="BlueGreenException"/> holds it too. Called from any thread, once for each act, however often that has to be tried.</remarks>
    Task<string?> RefuseAsync(KillNotice notice, CancellationToken cancellationToken);
}
