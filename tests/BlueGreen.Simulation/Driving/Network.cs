namespace BlueGreen.Simulation.Driving;

/// <summary>What happens to requests on their way, and to events.</summary>
/// <param name="LostBefore">How likely a request never arrives.</param>
/// <param name="LostAfter">How likely an answer is lost although the request was carried out.</param>
/// <param name="Refused">How likely Marathon answers 503 and does nothing.</param>
/// <param name="Slow">How likely an answer takes seconds.</param>
/// <param name="EventLost">How likely an event does not come.</param>
/// <param name="EventLate">How likely it comes seconds late.</param>
/// <param name="StatsLost">How likely a load balancer's statistics do not come.</param>
/// <param name="StatsSlow">How likely they take long enough for a reload in between.</param>
internal sealed record Network(
    double LostBefore = 0, double LostAfter = 0, double Refused = 0, double Slow = 0, double EventLost = 0, double EventLate = 0, double StatsLost = 0, double StatsSlow = 0)
{
    public static Network Calm { get; } = new();
}
