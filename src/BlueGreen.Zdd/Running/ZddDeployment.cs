using System.Collections.Immutable;
using BlueGreen.Engine;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Session;
using BlueGreen.Zdd.CommandLine;
using BlueGreen.Zdd.Logging;

namespace BlueGreen.Zdd.Running;

/// <summary>What zdd.py does with its arguments, done by the engine.</summary>
internal sealed class ZddDeployment(ZddOptions options, ClusterSession session, Log log, Prompt prompt, TextWriter output) : IApproval, IPreKillHook
{
    private readonly ExecutablePreKillHook? _hook = options.PreKillHook is { } path ? new ExecutablePreKillHook(path, log) : null;

    private BlueGreenDeployer Deployer => session.CreateDeployer(log, this, this);

    private ColourRequest Request => new(options.InitialInstances, options.NewInstances, null, session.Time.GetLocalNow().DateTime);

    private RolloutPolicy Policy => new()
    {
        InitialInstances = options.InitialInstances,
        NewInstances = options.NewInstances,
        Growth = options.LinearIncrease > 0 ? new Growth.Linear(options.LinearIncrease) : new Growth.ByHalf(),
        DrainTimeout = options.MaxWait,
        OnDrainTimeout = options.CutSessions ? DrainTimeoutAction.Kill : DrainTimeoutAction.Hold,
        HealthTimeout = options.MaxHealthWait,
        Force = options.AllowNoHealthChecks,
        AllowNoLock = options.AllowNoLock,
    };

    /// <exception cref="BlueGreenException">What the engine could not do.</exception>
    /// <exception cref="ZddException">What makes no sense before it.</exception>
    public async Task<ExitCode> RunAsync(CancellationToken cancellationToken)
    {
        var definition = AppDefinition.FromFile(options.Json);
        // What the definition lacks is said before anything is asked of the cluster.
        _ = ColourDefinition.Prepare(definition, [], Request);

        var group = definition.DeploymentGroup!;
        var apps = await session.Marathon.GetAppsAsync(AppQuery.ForGroup(group), cancellationToken);
        if (apps.Length > 1) return await GoOnAsync(group, cancellationToken);
        if (options.CompleteCurrent || options.CompletePrevious)
        {
            throw new ZddException(
                ExitCode.InvalidArgument,
                "Cannot use --complete-cur, --complete-prev flags when config is not hybrid: "
                + $"the group {group} has {(apps.IsEmpty ? "no app" : $"one app only, {apps[0].Id}")}.",
                "Leave the flag out to deploy.");
        }

        if (options.DryRun || apps.IsEmpty) return await CreateAsync(ColourDefinition.Prepare(definition, apps, Request), cancellationToken);
        return Tell(await Deployer.DeployAsync(definition, Policy, cancellationToken));
    }

    async Task<bool> IApproval.ApproveAsync(PlannedAct act, CancellationToken cancellationToken)
    {
        switch (act.Kind)
        {
            case ActKind.Create:
                Print(act.Definition!);
                return await prompt.AskAsync("Continue with deployment?", cancellationToken);
            case ActKind.Delete:
                log.Info($"About to delete old app {act.Target}");
                return await prompt.AskAsync("Continue?", cancellationToken);
            case ActKind.Kill:
                return await prompt.AskAsync("Continue?", cancellationToken);
            default:
                return true;
        }
    }

    async Task<string?> IPreKillHook.RefuseAsync(KillNotice notice, CancellationToken cancellationToken)
    {
        if (_hook is not null && await _hook.RefuseAsync(notice, cancellationToken) is { } refusal) return refusal;
        log.Info($"About to kill the following {notice.TaskIds.Length} tasks of {notice.App.Id}:\n  - {string.Join("\n  - ", notice.TaskIds)}");
        return null;
    }

    /// <summary>A first deployment ends with the creation, as with zdd.py: there is nothing to swap, and nothing that could be lost.</summary>
    private async Task<ExitCode> CreateAsync(AppDefinition prepared, CancellationToken cancellationToken)
    {
        Print(prepared);
        if (options.DryRun) return ExitCode.Done;
        if (!await prompt.AskAsync("Continue with deployment?", cancellationToken)) return ExitCode.AnsweredNo;
        try
        {
            await session.Marathon.CreateAppAsync(prepared, ChangeOptions.Default, cancellationToken);
        }
        catch (BlueGreenException error)
        {
            throw new ZddException(ExitCode.Create, $"Error while creating the app: {error.Message}", error.Remedy);
        }

        log.Info($"{prepared.Id} is created: the first deployment of its group, with nothing to swap");
        return ExitCode.Done;
    }

    private async Task<ExitCode> GoOnAsync(string group, CancellationToken cancellationToken)
    {
        var direction = (options.CompleteCurrent, options.CompletePrevious, options.Resume) switch
        {
            (true, _, _) => Direction.ForwardToTheEnd,
            (_, true, _) => Direction.Back,
            (_, _, true) => Direction.Forward,
            _ => throw new ZddException(
                ExitCode.Other, $"There appears to be an existing deployment in progress: the group {group} has more than one app.",
                "Go on with it by --resume, --complete-cur or --complete-prev."),
        };
        log.Info(direction switch
        {
            Direction.ForwardToTheEnd => "Converting all instances to current config",
            Direction.Back => "Converting all instances to previous config",
            _ => "Found previous deployment, resuming",
        });

        // How a hybrid is split, the deployment itself has noted when it began.
        var policy = Policy with { NewInstances = 0 };
        if (!options.DryRun) return Tell(await Deployer.GoOnAsync(group, direction, policy, cancellationToken));

        // zdd.py changes the cluster here, dry run or not. A dry run that kills tasks is what nobody means.
        foreach (var step in await Deployer.PlanAsync(group, direction, policy, cancellationToken))
        {
            log.Info($"Would do {step.Number}: {step.Target}: {step.Action} ({step.Reason})");
        }

        return ExitCode.Done;
    }

    private void Print(AppDefinition definition)
    {
        log.Info("Final app definition:");
        output.Write(PythonJson.Write(definition.ToJson()) + "\n");
        output.Flush();
    }

    private ExitCode Tell(BlueGreenDeployment deployment)
    {
        var exitCode = ExitCodes.Of(deployment);
        if (exitCode is ExitCode.AnsweredNo) log.Info($"Stopped: {deployment.Reason}. {deployment.Remedy}");
        else if (exitCode is not ExitCode.Done) log.Error($"Held: {deployment.Reason}. {Remedies.For(deployment)}");
        return exitCode;
    }
}
