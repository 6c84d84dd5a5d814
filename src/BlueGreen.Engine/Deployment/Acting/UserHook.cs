using BlueGreen.Engine.Deployment.Deciding;

namespace BlueGreen.Engine.Deployment.Acting;

/// <summary>Something of the user's that is asked whether to go on.</summary>
internal static class UserHook
{
    /// <summary>The hold that it wants; null to go on.</summary>
    public static async Task<Decision.Hold?> AskAsync(Func<Task<string?>> ask, Func<string, Decision.Hold> refused)
    {
        try
        {
            return await ask().ConfigureAwait(false) is { } why ? refused(why) : null;
        }
        catch (BlueGreenException error)
        {
            return new Decision.Hold(error.ErrorId, error.Message, error.Remedy);
        }
    }
}
