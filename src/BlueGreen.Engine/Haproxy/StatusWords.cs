namespace BlueGreen.Engine.Haproxy;

/// <summary>
/// HAProxy's words for the state of a server. Source: HAProxy, <c>src/stats.c</c> (<c>srv_hlt_st</c>); the words are the same
/// from 1.8 to 3.x.
/// </summary>
internal static class StatusWords
{
    public static ServerState Read(string status)
    {
        // "UP 1/3" and "MAINT (via shop/web)" say more behind the word that counts.
        var word = status.Trim().Split([' ', '('], 2)[0];
        return word.ToUpperInvariant() switch
        {
            "UP" => ServerState.Serving,
            "NO" when status.Trim().Equals("no check", StringComparison.OrdinalIgnoreCase) => ServerState.Serving,
            "DOWN" or "NOLB" => ServerState.Down,
            "DRAIN" => ServerState.Drain,
            "MAINT" => ServerState.Maintenance,
            _ => ServerState.Unknown,
        };
    }
}
