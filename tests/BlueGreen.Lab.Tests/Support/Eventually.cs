namespace BlueGreen.Lab.Tests.Support;

/// <summary>Waits for conditions that the outside world brings about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static async Task<T> GetAsync<T>(Func<Task<T?>> look, string what) where T : class
    {
        var end = DateTime.UtcNow + Limit;
        while (true)
        {
            if (await look() is { } found) return found;
            Assert.True(DateTime.UtcNow < end, $"Waited {Limit.TotalSeconds} s in vain: {what}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public static Task IsTrueAsync(Func<Task<bool>> condition, string what) =>
        GetAsync(async () => await condition() ? "" : null, what);

    public static Task IsTrueAsync(Func<bool> condition, string what) => IsTrueAsync(() => Task.FromResult(condition()), what);
}
