namespace BlueGreen.Engine.Tests.Marathon;

/// <summary>Answers in the shapes of Marathon's API.</summary>
internal static class Bodies
{
    public const string Locked = """
        {"message":"App is locked by one or more deployments. Override with the option '?force=true'. View details at '/v2/deployments/<DEPLOYMENT_ID>'.",
         "deployments":[{"id":"d-7"},{"id":"d-8"}]}
        """;

    public const string Apps = """
        {"apps":[{
          "id":"/shop-blue","cmd":"serve","instances":1,"cpus":0.1,"mem":32,
          "networks":[{"mode":"container/bridge"}],
          "container":{"type":"DOCKER","docker":{"image":"shop:1"},"portMappings":[{"containerPort":8080,"hostPort":0,"servicePort":20000}]},
          "labels":{"HAPROXY_DEPLOYMENT_GROUP":"shop/web"},
          "version":"2026-03-01T10:00:00.000Z","versionInfo":{"lastScalingAt":"2026-03-01T10:00:00.000Z","lastConfigChangeAt":"2026-03-01T10:00:00.000Z"},
          "tasksStaged":0,"tasksRunning":1,"tasksHealthy":1,"tasksUnhealthy":0,"deployments":[{"id":"d-7"}],
          "tasks":[{"id":"shop-blue.instance-1._app.1","host":"10.0.0.5","ports":[31001],"state":"TASK_RUNNING",
                    "ipAddresses":[{"ipAddress":"172.17.0.2","protocol":"IPv4"}],"stagedAt":"2026-03-01T10:00:01.000Z",
                    "startedAt":"2026-03-01T10:00:02.000Z","version":"2026-03-01T10:00:00.000Z",
                    "healthCheckResults":[{"alive":true,"consecutiveFailures":0,"instanceId":"shop-blue.instance-1"}]}]}]}
        """;

    public const string Deployments = """
        [{"id":"d-7","version":"2026-03-01T10:00:00.000Z","affectedApps":["/shop-green"],"affectedPods":["/batch"],
          "steps":[{"actions":[{"action":"ScaleApplication","app":"/shop-green"}]}],
          "currentActions":[{"action":"ScaleApplication","app":"/shop-green","readinessCheckResults":[]},{"action":"StopPod","pod":"/batch"}],
          "currentStep":1,"totalSteps":2}]
        """;

    public const string Queue = """
        {"queue":[
          {"app":{"id":"/shop-green","instances":4},"count":2,"delay":{"timeLeftSeconds":17,"overdue":false},
           "processedOffersSummary":{"processedOffersCount":6,"unusedOffersCount":5}},
          {"pod":{"id":"/batch"},"count":1,"delay":{"timeLeftSeconds":0,"overdue":true}}]}
        """;
}
