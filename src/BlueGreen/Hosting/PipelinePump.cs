using System.Collections.Concurrent;
using System.Management.Automation;
using BlueGreen.Engine;
using BlueGreen.Engine.Deployment;

namespace BlueGreen.Hosting;

/// <summary>
/// Carries what the engine says and asks, from whichever thread, to the pipeline's thread: PowerShell takes it there only.
/// </summary>
/// <remarks>
/// When putting something out throws (the user stopped the pipeline, a cmdlet further on has enough, an error is to end it), the
/// engine is cancelled, its work comes to its end, and the exception goes on.
/// </remarks>
internal sealed class PipelinePump : IEngineSink, IApproval, IPipelineThread, IDisposable
{
    private readonly BlockingCollection<Action> _queue = [];
    private readonly Cmdlet _cmdlet;
    private readonly Func<PlannedAct, bool> _ask;
    private readonly ProgressWriter _progress;
    private readonly CancellationTokenSource _cancel;

    public PipelinePump(Cmdlet cmdlet, Func<PlannedAct, bool> ask, CancellationToken stop)
    {
        _cmdlet = cmdlet;
        _ask = ask;
        _progress = new ProgressWriter(cmdlet);
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(stop);
    }

    /// <summary>Runs the work on another thread and puts out what it says, until it has ended.</summary>
    public T Run<T>(Func<EngineCall, Task<T>> work)
    {
        var call = new EngineCall(this, this, o => Post(() => _cmdlet.WriteObject(o)), this, Fail, _cancel.Token);
        var task = Task.Run(() => work(call));
        task.ContinueWith(
            _ => _queue.CompleteAdding(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            Deliver();
        }
        catch
        {
            _cancel.Cancel();
            // The work must have ended before anything else is done; how it ended does not matter any more.
            ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
            _ = task.Exception;
            throw;
        }
        finally
        {
            _progress.Complete();
        }

        return task.GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public void Publish(EngineEvent engineEvent) => Post(() => Put(engineEvent));

    /// <inheritdoc/>
    public Task<bool> ApproveAsync(PlannedAct act, CancellationToken cancellationToken) => RunAsync(() => _ask(act), cancellationToken);

    /// <inheritdoc/>
    public async Task<T> RunAsync<T>(Func<T> action, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var onCancel = cancellationToken.Register(() => answer.TrySetCanceled());
        using var onAbort = _cancel.Token.Register(() => answer.TrySetCanceled());
        Post(() => answer.TrySetResult(action()));
        return await answer.Task.ConfigureAwait(false);
    }

    public void Dispose()
    {
        _cancel.Dispose();
        _queue.Dispose();
    }

    private void Deliver()
    {
        while (!_queue.IsCompleted)
        {
            if (_queue.TryTake(out var deliver, _progress.DueIn)) deliver();
            _progress.WriteDue();
        }
    }

    private void Fail(BlueGreenException error) => Post(() => _cmdlet.WriteError(ErrorRecords.From(error, error.Target)));

    private void Post(Action deliver)
    {
        try
        {
            _queue.Add(deliver);
        }
        catch (InvalidOperationException)
        {
            // Said after the work had ended (by a stream that is being closed): nobody listens any more. Disposed is one of these.
        }
    }

    private void Put(EngineEvent engineEvent)
    {
        switch (engineEvent)
        {
            case ProgressEvent progress:
                _progress.Take(progress);
                break;
            case EngineMessage { Level: MessageLevel.Debug } message:
                _cmdlet.WriteDebug(LogText.Safe(message.Text));
                break;
            case EngineMessage { Level: MessageLevel.Verbose } message:
                _cmdlet.WriteVerbose(LogText.Safe(message.Text));
                break;
            case EngineMessage { Level: MessageLevel.Warning } message:
                _cmdlet.WriteWarning(LogText.Safe(message.Text));
                break;
            case EngineMessage message:
                _cmdlet.WriteInformation(LogText.Safe(message.Text), ["BlueGreen"]);
                break;
        }
    }
}
