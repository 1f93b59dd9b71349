namespace MeterPipeline.Ledger.Postgres;

/// <summary>
/// The right to fold a partition: an advisory lock held by the process's <see cref="NodeSession"/>, and an epoch that rises with each owner. The lock
/// keeps others out; the epoch, asked for inside every write, refuses an owner who lost the lock without knowing.
/// </summary>
internal sealed class FoldLease : IDisposable
{
    private const string Operation = "fold the ledger";

    /// <summary>An owner that hangs in the midst of a write holds the partition's row, which the next owner waits for: PostgreSQL ends its session.</summary>
    private static readonly string Hurry = $"SET LOCAL idle_in_transaction_session_timeout = '{PostgresLimits.NodeSilenceSeconds}s'";

    private readonly PostgresDatabase database;
    private readonly NodeSession node;
    private readonly Action released;
    private readonly long epoch;
    private volatile bool lost;

    /// <exception cref="LedgerException">Held already: names the process, the place and what to do.</exception>
    public FoldLease(PostgresDatabase database, NodeSession node, int partition, Action released)
    {
        (this.database, this.node, Partition, this.released) = (database, node, partition, released);
        if (!node.Hold(partition)) throw HeldBy();
        try
        {
            epoch = database.Write(Operation, session =>
                session.Scalar("UPDATE fold SET epoch = epoch + 1, owner = $2 WHERE part = $1 RETURNING epoch", partition, NodeSession.Me));
            node.Folds(partition, epoch);
        }
        catch (LedgerException)
        {
            node.LetGo(partition);
            throw;
        }
    }

    public int Partition { get; }

    /// <summary>Takes the lock again where its connection was lost and nobody else has it.</summary>
    /// <exception cref="FoldLostException">Somebody has.</exception>
    /// <exception cref="LedgerException">The server is gone, or has not yet noticed that the connection is.</exception>
    public void Keep()
    {
        if (!lost && node.Hold(Partition)) return;
        if (lost || database.Read(Operation, Epoch) != epoch) throw Lost(Operation, database.Read(Operation, Owner));
        throw HeldBy();
    }

    /// <summary>Inside the transaction of a write: no new owner begins before it ends, and none has begun.</summary>
    /// <exception cref="FoldLostException">Another process has taken over: nothing is written, now or later.</exception>
    public void Require(Session session, string operation)
    {
        session.Run(Hurry);
        if (lost || session.Scalar("SELECT epoch FROM fold WHERE part = $1 FOR UPDATE", Partition) != epoch) throw Lost(operation, Owner(session));
    }

    public void Dispose()
    {
        node.LetGo(Partition);
        released();
    }

    private FoldLostException Lost(string operation, string owner)
    {
        lost = true;
        return new FoldLostException(
            $"Cannot {operation}: {database.Place}: another process has taken over partition {Partition}, it was last {owner}. Nothing was stored.");
    }

    private LedgerException HeldBy() => new(
        $"Cannot {Operation}: {database.Place}: partition {Partition} is held by {database.Read(Operation, Owner)}. Stop it, or use another Ledger:Schema.");

    private long Epoch(Session session) => session.Scalar("SELECT epoch FROM fold WHERE part = $1", Partition);

    private string Owner(Session session) => session.Text("SELECT owner FROM fold WHERE part = $1", Partition);
}
