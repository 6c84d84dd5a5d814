namespace BlueGreen.Lab.LoadBalancer.Haproxy;

/// <summary>The files of one instance in its work directory.</summary>
internal sealed record HaproxyPaths(string WorkDirectory)
{
    // sun_path holds 108 bytes; HAProxy binds to the path with ".<pid>.tmp" at its end first.
    private const int MaxSocketPath = 92;

    public string Config => Path.Combine(WorkDirectory, "haproxy.cfg");

    /// <summary>The last configuration that HAProxy refused, for people to look at.</summary>
    public string RefusedConfig => Path.Combine(WorkDirectory, "haproxy.cfg.refused");

    public string Candidate => Path.Combine(WorkDirectory, "haproxy.cfg.new");

    public string StateDirectory => Path.Combine(WorkDirectory, "state");

    public string StateFile => Path.Combine(StateDirectory, "global");

    public string Lua => Path.Combine(WorkDirectory, "services.lua");

    public string StatsSocket => Path.Combine(WorkDirectory, "haproxy.sock");

    public string MasterSocket => Path.Combine(WorkDirectory, "master.sock");

    public string ControlSocket => Path.Combine(WorkDirectory, "control.sock");

    /// <exception cref="ArgumentException">The folder's path is too long for sockets in it.</exception>
    public void Prepare()
    {
        if (ControlSocket.Length > MaxSocketPath)
        {
            throw new ArgumentException(
                $"The work directory '{WorkDirectory}' is too long: sockets in it may have {MaxSocketPath} characters. Choose a shorter one.");
        }

        Directory.CreateDirectory(StateDirectory);
        foreach (var socket in (string[])[StatsSocket, MasterSocket, ControlSocket])
            File.Delete(socket);

        // Without it the first start would warn of a missing state file.
        if (!File.Exists(StateFile))
            File.WriteAllText(StateFile, "1\n");
        using var resource = typeof(HaproxyPaths).Assembly.GetManifestResourceStream("BlueGreen.Lab.LoadBalancer.Haproxy.services.lua")
            ?? throw new InvalidOperationException("The assembly lacks its Lua services.");
        using var file = File.Create(Lua);
        resource.CopyTo(file);
    }
}
