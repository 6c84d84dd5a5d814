namespace BlueGreen.Engine.Deployment;

/// <summary>How the new colour grows from step to step.</summary>
public abstract record Growth
{
    /// <summary>The number of instances after the next step; never above <paramref name="target"/>.</summary>
    /// <param name="current">Instances of the new colour now.</param>
    /// <param name="old">Instances of the old colour now.</param>
    /// <param name="target">Where it ends.</param>
    public int Next(int current, int old, int target) => Math.Min(target, Math.Max(current + 1, Grow(current, old, target)));

    /// <summary>The number of instances to begin with; never above <paramref name="target"/>.</summary>
    /// <param name="initial">What was asked for.</param>
    /// <param name="target">Where it ends.</param>
    public virtual int First(int initial, int target) => Math.Min(initial, target);

    /// <summary>The rule itself.</summary>
    protected abstract int Grow(int current, int old, int target);

    /// <summary>By half of what is there; at the old colour's number, straight to the target.</summary>
    /// <remarks>Source: mesosphere/marathon-lb, <c>zdd.py</c>, <c>scale_new_app_instances</c>.</remarks>
    public sealed record ByHalf : Growth
    {
        /// <inheritdoc/>
        protected override int Grow(int current, int old, int target)
        {
            var next = current + ((current + 1) / 2);
            return next >= old ? target : next;
        }
    }

    /// <summary>By the same number at every step.</summary>
    public sealed record Linear(int Increase) : Growth
    {
        /// <inheritdoc/>
        protected override int Grow(int current, int old, int target) => current + Increase;
    }

    /// <summary>All at once.</summary>
    public sealed record AllAtOnce : Growth
    {
        /// <inheritdoc/>
        protected override int Grow(int current, int old, int target) => target;
    }

    /// <summary>By steps that the user named; behind the last of them, to the target.</summary>
    /// <param name="Sizes">What each step leads to. One that leads to no more than the step before it is left out.</param>
    public sealed record Steps(ImmutableArray<StepSize> Sizes) : Growth
    {
        /// <inheritdoc/>
        public override int First(int initial, int target) => Grow(0, 0, target);

        /// <inheritdoc/>
        protected override int Grow(int current, int old, int target) =>
            Sizes.Select(size => size.Of(target)).Append(target).FirstOrDefault(instances => instances > current);
    }
}
