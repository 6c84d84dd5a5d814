namespace BlueGreen.Engine.Tests.Fuzzing;

/// <summary>What may come of input that is not as it should be: a value, or an error that docs/errors.md lists.</summary>
internal static class Soundly
{
    /// <summary>The value; null where one of the listed errors came. Any other exception comes through and fails the test.</summary>
    public static T? Try<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (BlueGreenException error)
        {
            Check(error);
            return null;
        }
    }

    /// <inheritdoc cref="Try{T}"/>
    public static async Task<T?> TryAsync<T>(Func<Task<T>> read)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (BlueGreenException error)
        {
            Check(error);
            return null;
        }
    }

    private static void Check(BlueGreenException error)
    {
        Assert.True(ErrorListTests.IsListed(error.ErrorId), $"{error.ErrorId} is not in the list of errors");
        Assert.True(error.Message.Length > 10 && error.Remedy.Length > 10, $"{error.ErrorId} says too little: {error.Message} {error.Remedy}");
    }
}
