using System.Globalization;

namespace BlueGreen.Lab.Marathon;

/// <summary>Marathon's form of a time: UTC, milliseconds, <c>Z</c>.</summary>
internal static class Timestamps
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static string ToMarathon(this DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    public static DateTimeOffset Parse(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw ApiException.Unprocessable($"Invalid timestamp provided '{text}'. Expecting ISO-8601 datetime string.");

    public static DateTimeOffset TruncateToMilliseconds(this DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
}
