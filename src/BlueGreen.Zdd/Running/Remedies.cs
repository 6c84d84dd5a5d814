using BlueGreen.Engine;
using BlueGreen.Engine.Deployment;

namespace BlueGreen.Zdd.Running;

/// <summary>What to do about an error, in the words of this command line where the engine's own are the module's.</summary>
internal static class Remedies
{
    public static string For(BlueGreenException error) => error.ErrorId switch
    {
        "AuthenticationFailed" => "Give --marathon-auth-credential-file, --auth-credentials or --dcos-auth-credentials.",
        "CertificateNotTrusted" => "Give the cluster's own authority with --marathon-ca-cert.",
        "LoadBalancerUnresolvable" => "Check the host in --marathon-lb.",
        "NoHealthChecks" => "Add healthChecks at the top level of the file, or give --allow-no-health-checks.",
        "AppLocked" => "Wait until that deployment of Marathon's ends, or cancel it.",
        "GroupHeld" => "Wait until that is over. Should its driver be lost, the hold runs out within two minutes; then go on with --resume.",
        "GroupLockRefused" => "Allow apps in that folder, or give --allow-no-lock and see to it that nobody else deploys the group meanwhile.",
        "DeploymentInProgress" => "Go on with it by --resume, --complete-cur or --complete-prev.",
        _ => error.Remedy,
    };

    public static string For(BlueGreenDeployment deployment) => deployment.ReasonId switch
    {
        "DrainTimeout" =>
            "Everything is still served. Wait for the clients to finish and go on with --resume; "
            + "give more time with --max-wait; or cut what is left with --cut-sessions.",
        "HealthTimeout" =>
            "Both colours are up and the old one serves. Look at the tasks' output; "
            + "go on with --resume, go back with --complete-prev, or give more time with --max-health-wait.",
        "ForeignChange" =>
            "Nothing more was changed. Find out who did it and whether it is still wanted; "
            + "go on from the state as it is with --resume, or go back with --complete-prev.",
        _ => deployment.Remedy ?? "Both colours are up; go on with --resume, or go back with --complete-prev.",
    };
}
