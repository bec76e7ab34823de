namespace Ringcheck.Ordering;

/// <content>
/// What travels beside memory and carries order: posted register writes, completions of register reads, message-signalled interrupts. A
/// message holds a view; taking it in orders the receiver after what the sender put in.
/// </content>
public sealed partial class SetViewMachine
{
    /// <summary>A message with nothing in it.</summary>
    public int NewMessage()
    {
        operations++;
        return views.New();
    }

    /// <summary>A message with what a store of the thread would be ordered after now.</summary>
    public int SendAfterStores(int thread)
    {
        ref var t = ref threads[thread];
        int message = NewMessage();
        views.Set(message, t.WriteNew);
        if (model == MemoryModel.AArch64)
        {
            views.Or(message, t.Control);
        }
        else
        {
            views.Or(message, t.ReadOld);
            views.Or(message, t.WriteOld);
        }
        return message;
    }

    /// <summary>A message with all that the thread did: what a message-signalled interrupt or a completion pushes.</summary>
    public int SendAfterAll(int thread)
    {
        ref var t = ref threads[thread];
        int message = SendAfterStores(thread);
        views.Or(message, t.ReadOld);
        views.Or(message, t.WriteOld);
        return message;
    }

    /// <summary>A message also carries what another one does.</summary>
    public void Join(int message, int other)
    {
        operations++;
        views.Or(message, other);
    }

    /// <summary>Everything later of the thread is ordered after the message.</summary>
    public void Receive(int thread, int message)
    {
        operations++;
        ref var t = ref threads[thread];
        views.Or(t.ReadOld, message);
        views.Or(t.ReadNew, message);
        views.Or(t.WriteNew, message);
    }

    /// <summary>The thread has read the message: a barrier for loads orders what follows after it, nothing else does (on AArch64).</summary>
    public void Observe(int thread, int message)
    {
        operations++;
        ref var t = ref threads[thread];
        views.Or(t.ReadOld, message);
        if (model != MemoryModel.Tso) return;
        views.Or(t.ReadNew, message);
        views.Or(t.WriteNew, message);
    }

    public void Drop(int message)
    {
        operations++;
        views.Free(message);
    }
}
