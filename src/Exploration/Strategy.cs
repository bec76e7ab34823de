namespace Ringcheck.Exploration;

/// <summary>How chance decides. One strategy, one small file, its paper cited.</summary>
public abstract class Strategy
{
    /// <summary>Returned by <see cref="Choose"/>: the rest of this execution cannot show anything new.</summary>
    public const int Prune = -1;

    public abstract string Name { get; }

    /// <summary>
    /// True if execution number n depends on the seed and n only, so that any worker may run any of them and the result does
    /// not depend on how many workers there are.
    /// </summary>
    public virtual bool IsIndependent => false;

    /// <summary>
    /// True if nothing but the number given to <see cref="Begin"/> separates one execution from the next, so that shards take different numbers.
    /// A strategy that also learns from what it has run, and is not independent for that, may still say so: each shard then learns from its own numbers.
    /// What is neither numbered nor <see cref="IShardable"/> cannot be split.
    /// </summary>
    public virtual bool IsNumbered => IsIndependent;

    /// <summary>
    /// True if <see cref="Save"/> and <see cref="Load"/> carry all that this search knows from one process to another. Independent strategies know nothing.
    /// </summary>
    public virtual bool CanSave => IsIndependent;

    /// <summary>True if <see cref="Choose"/> looks at fingerprints; hashing is off otherwise.</summary>
    public virtual bool NeedsFingerprints => false;

    /// <summary>True if <see cref="End"/> looks at <see cref="Engine.Coverage"/>; it may be off otherwise.</summary>
    public virtual bool NeedsCoverage => false;

    /// <summary>Once the search has ended: is there nothing that it left out?</summary>
    public virtual bool IsExhaustive => false;

    /// <summary>True if <see cref="Choose"/> wants to be asked <see cref="ChoiceKind.Begin"/>.</summary>
    public virtual bool PartsBeginnings => false;

    /// <summary>Bounds that this strategy put on the search, for the report.</summary>
    public virtual string Bounds => "";

    /// <summary>Starts execution number <paramref name="execution"/>. False: nothing is left to explore.</summary>
    public abstract bool Begin(long execution);

    /// <summary>An enabled option of the point, or <see cref="Prune"/>.</summary>
    public abstract int Choose(in ChoicePoint point, Engine engine);

    public virtual void End(Engine engine)
    {
    }

    /// <summary>Writes where the search is. Called between two executions: after <see cref="End"/>, before the next <see cref="Begin"/>.</summary>
    public virtual void Save(BinaryWriter to)
    {
    }

    /// <summary>Goes on from where a search of the same kind, of the same scenario, was saved. Called before the first <see cref="Begin"/>.</summary>
    public virtual void Load(BinaryReader from)
    {
    }
}
