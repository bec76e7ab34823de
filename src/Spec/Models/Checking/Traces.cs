namespace Ringcheck.Models.Checking;

/// <summary>Rebuilds the way to a state by replaying, from an initial state, the positions that its links recorded.</summary>
internal sealed class Traces<TModel, TState>(TModel model, StateShard<TState>[] shards)
    where TModel : struct, IModel<TState>
    where TState : unmanaged
{
    /// <summary>The texts of the steps to a state, and the state itself.</summary>
    public List<string> To(uint id, out TState state) => To(shards[StateIds.Shard(id)].Link(StateIds.Index(id)), out state);

    /// <summary>The texts of the steps to the successor that a link names, and that successor.</summary>
    public List<string> To(StateLink link, out TState state)
    {
        var ordinals = new Stack<uint>();
        for (; link.Parent != StateLink.None; link = shards[StateIds.Shard(link.Parent)].Link(StateIds.Index(link.Parent)))
            ordinals.Push(link.Ordinal);
        var pick = new PickingSink<TState>(link.Ordinal);
        model.Initial(ref pick);
        state = pick.Picked;
        var texts = new List<string>(ordinals.Count);
        while (ordinals.TryPop(out var ordinal))
            texts.Add(Step(ref state, ordinal));
        return texts;
    }

    /// <summary>Takes the successor at a position and gives its text.</summary>
    public string Step(ref TState state, uint ordinal)
    {
        var pick = new PickingSink<TState>(ordinal);
        model.Next(in state, ref pick);
        if (pick.Action < 0)
            throw new InvalidOperationException($"Model {model.Name} is not deterministic: successor {ordinal} is gone on replay.");
        var text = model.ActionText(pick.Action, in state, in pick.Picked);
        state = pick.Picked;
        return text;
    }
}
