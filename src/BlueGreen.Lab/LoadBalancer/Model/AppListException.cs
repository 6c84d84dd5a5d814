namespace BlueGreen.Lab.LoadBalancer.Model;

/// <summary>
/// Marathon's app list cannot be turned into a configuration. As with marathon-lb, one such app stops the update for all
/// apps: the running configuration stays as it is.
/// </summary>
internal sealed class AppListException(string message, Exception? inner = null) : Exception(message, inner);
