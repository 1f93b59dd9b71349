using System.Buffers;
using MeterPipeline.Mqtt.Endpoint.Limits;
using MeterPipeline.Mqtt.Packets;
using MeterPipeline.Mqtt.Sessions;
using Microsoft.AspNetCore.Connections;

namespace MeterPipeline.Mqtt.Endpoint;

/// <summary>
/// One client: first the handshake, then a loop that reads the socket, cuts packets out of it, takes every PUBLISH, and submits what one read
/// brought as one batch before it reads again. Acknowledgements come from the recorder's thread through the outbox.
/// </summary>
internal sealed class ClientConnection
{
    private static readonly TimeSpan LastWordsMax = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DrainSeenWithin = TimeSpan.FromMilliseconds(250);

    /// <summary>A client that is silent for this long after the last word has read it, or never will.</summary>
    private static readonly TimeSpan QuietMax = TimeSpan.FromMilliseconds(500);

    /// <summary>A will of 64 KiB and all the names that the format allows for: strangers may not send more than this.</summary>
    private const int ConnectBytesMax = 256 * 1024;

    private readonly ConnectionContext context;
    private readonly EndpointServices services;
    private readonly Outbox outbox;
    private readonly Departure departure = new();
    private readonly CancellationTokenSource abort = new();
    private int closing;
    private volatile bool draining;
    private volatile bool saidLast;
    private volatile Terms? terms;
    private volatile Identity? identity;

    // Owned by the read loop; the first four are there once the client is let in.
    private ConnectionShare? share;
    private Session? session;
    private PublishStream? publishes;
    private Requests? requests;
    private ProtocolException? broken;
    private byte[]? rented;
    private int needed;

    /// <summary>Taken of <see cref="EndpointServices.Unfinished"/>.</summary>
    private int held;

    /// <summary>The last read was not taken to its end: there may be more complete packets.</summary>
    private bool leftWhole;

    private byte claimedLevel;
    private ConnectPacket? asked;

    public ClientConnection(ConnectionContext context, EndpointServices services)
    {
        (this.context, this.services) = (context, services);
        outbox = new Outbox(context.Transport.Output, services.Options.UnreadBytesMax);
        Liveness = new Liveness(services.Time, services.Options.ConnectTimeout, services.Options.PacketTimeout);
    }

    public Liveness Liveness { get; }

    /// <summary>Null before the client is let in, and where nobody is asked who they are.</summary>
    public Identity? Identity => identity;

    private string Peer => context.RemoteEndPoint?.ToString() ?? "?";

    /// <summary>Serves the client until it leaves, breaks a rule, or the endpoint drains.</summary>
    public async Task RunAsync()
    {
        var sending = outbox.SendAsync();
        try
        {
            if (await ConnectAsync().ConfigureAwait(false)) await ReadAsync().ConfigureAwait(false);
            Leave();
            if (draining) await FinishAsync().ConfigureAwait(false);
        }
        catch (ProtocolException rule)
        {
            services.Refuse(rule.Reason, rule.Message, Peer);
            SayLast(rule);
        }
        catch (Exception gone) when (gone is ConnectionResetException or ConnectionAbortedException or OperationCanceledException or IOException)
        {
        }
        catch (Exception error)
        {
            // The edge of the connection's loop: a fault of ours ends this connection, under a reason of its own.
            services.Refuse("internal", error.ToString(), Peer);
            SayLast(new ProtocolException("internal", ReasonCode.Unspecified, "The server has failed."));
        }
        finally
        {
            Leave();
            outbox.Close();
            // A peer that reads nothing must not hold the connection open.
            await sending.WaitAsync(LastWordsMax).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!sending.IsCompleted) context.Abort();
            else if (saidLast) await LingerAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Stops reading; what was read is still committed and acknowledged.</summary>
    public void Drain()
    {
        draining = true;
        context.Transport.Input.CancelPendingRead();
    }

    /// <summary>Shows the client out from another thread, with a last word where it has been let in and understands one. The first reason counts.</summary>
    public void Close(ReasonCode code, string reason, string message)
    {
        if (Interlocked.Exchange(ref closing, 1) != 0) return;
        services.Refuse(reason, message, Peer);
        if (terms is null) outbox.Close();
        else SayLast(new ProtocolException(reason, code, message));
        _ = abort.CancelAsync();
    }

    /// <summary>Reads the one packet that comes first and answers it.</summary>
    private async Task<bool> ConnectAsync()
    {
        var input = context.Transport.Input;
        while (!draining)
        {
            var read = await input.ReadAsync(abort.Token).ConfigureAwait(false);
            if (read.IsCanceled) return false;
            ConnectPacket? connect = null;
            var consumed = 0;
            try
            {
                connect = CutConnect(read.Buffer, out consumed);
            }
            finally
            {
                GiveBack();
                input.AdvanceTo(read.Buffer.GetPosition(consumed), connect is null ? read.Buffer.End : read.Buffer.GetPosition(consumed));
            }
            if (connect is not null)
            {
                await LetInAsync(connect).ConfigureAwait(false);
                return true;
            }
            if (read.IsCompleted) return false;
        }
        return false;
    }

    private ConnectPacket? CutConnect(ReadOnlySequence<byte> buffer, out int consumed)
    {
        consumed = 0;
        if (!Frame.TryRead(Contiguous(buffer), Math.Min(ConnectBytesMax, services.Options.MaxPacketBytes), out var frame, out _)) return null;
        if (frame.Type != PacketType.Connect || !frame.FlagsFit)
            throw ProtocolException.Error("no-connect", "The first packet must be CONNECT [MQTT-3.1.0-1].");
        claimedLevel = ConnectPacket.LevelOf(frame.Body);
        consumed = frame.Size;
        services.Counters.CountRead(consumed, 0);
        return asked = ConnectPacket.Read(frame.Body);
    }

    private async Task LetInAsync(ConnectPacket connect)
    {
        Handshake.Check(connect);
        // Its CONNECT is complete: from here on it waits for us.
        Liveness.WaitForUs();
        identity = await Handshake.IdentifyAsync(connect, context, services, abort.Token).ConfigureAwait(false);
        asked = connect with { Password = null };
        Liveness.Resume();
        share = TakeShare(identity?.Company);
        var agreed = Handshake.Agree(connect, identity?.Company, services.Options, share.Company);
        var taken = services.Sessions.Take(
            $"{agreed.Company}\0{agreed.ClientId}", connect.CleanStart, departure,
            () => Close(ReasonCode.SessionTakenOver, "taken-over", "The same client id connected again [MQTT-3.1.4-3]."));
        session = taken.Session;
        if (taken.Before is { } before)
        {
            // Two read loops must not share a session, and PUBREC for what the older one took must wait for its commit.
            await before.ReadingEnded.ConfigureAwait(false);
            if (session.Held.Count > 0) await before.Settled.ConfigureAwait(false);
        }
        publishes = new PublishStream(services.Receiver.Open(new Origin("endpoint", agreed.Company, Peer)), services, outbox, departure, agreed, share, session);
        requests = new Requests(agreed, session, publishes, outbox, services, Peer);
        outbox.Add(Handshake.Accepted(connect, agreed, services.Options, taken.Present));
        terms = agreed;
        Liveness.Connected(agreed.KeepAliveSeconds);
        services.Counters.CountAccepted();
        session.Feedback.Attach(outbox, agreed);
        outbox.Flushed = session.Feedback.Continue;
    }

    private async Task ReadAsync()
    {
        var input = context.Transport.Input;
        while (!draining)
        {
            var read = await input.ReadAsync(abort.Token).ConfigureAwait(false);
            if (read.IsCanceled) return;
            Liveness.Heard();
            var (consumed, pause) = Take(read.Buffer, out var goOn);
            Liveness.Left(consumed > 0, read.Buffer.Length - consumed, needed);
            input.AdvanceTo(read.Buffer.GetPosition(consumed), leftWhole ? read.Buffer.GetPosition(consumed) : read.Buffer.End);
            Liveness.WaitForUs();
            await publishes!.SubmitAsync(abort.Token).ConfigureAwait(false);
            if (broken is not null) throw broken;
            await share!.WaitForRoomAsync(abort.Token).ConfigureAwait(false);
            if (pause > TimeSpan.Zero) await PauseAsync(pause).ConfigureAwait(false);
            await HoldAsync(needed > PacketMemory.Own ? needed : 0).ConfigureAwait(false);
            Liveness.Resume();
            await outbox.WaitForRoomAsync(abort.Token).ConfigureAwait(false);
            Liveness.Heard();
            if (!goOn || (read.IsCompleted && !leftWhole)) return;
        }
    }

    /// <summary>Takes every complete packet of a read, or as many as may be taken at once. A broken rule ends the connection after what came before it is submitted.</summary>
    /// <returns>Bytes consumed, and how long the client has to wait because it, or its company, takes more than its share.</returns>
    private (int Consumed, TimeSpan Pause) Take(ReadOnlySequence<byte> buffer, out bool goOn)
    {
        (goOn, leftWhole) = (true, false);
        // A large packet that arrives in crumbs is not gathered again for each of them.
        if (buffer.Length < needed) return (0, TimeSpan.Zero);
        var all = Contiguous(buffer);
        var (at, published) = (0, 0);
        try
        {
            while (goOn && published < share!.MessagesAtOnce && Frame.TryRead(all[at..], terms!.PacketBytesTaken, out var frame, out needed))
            {
                if (frame.Type == PacketType.Publish)
                {
                    publishes!.Take(frame);
                    published++;
                }
                else goOn = requests!.Serve(frame);
                at += frame.Size;
            }
        }
        catch (ProtocolException rule)
        {
            broken = rule;
        }
        finally
        {
            GiveBack();
        }
        leftWhole = goOn && published == share!.MessagesAtOnce && broken is null;
        services.Counters.CountRead(at, published);
        return (at, share!.Take(published, at, services.Now));
    }

    /// <summary>Over its share: the socket is not read for a while, so that the client's own window slows it down. Nothing is lost.</summary>
    private async Task PauseAsync(TimeSpan pause)
    {
        services.Counters.CountThrottled();
        for (var until = services.Now + pause; !draining && until - services.Now is { Ticks: > 0 } left;)
            await Task.Delay(left < DrainSeenWithin ? left : DrainSeenWithin, services.Time, abort.Token).ConfigureAwait(false);
    }

    /// <exception cref="ProtocolException">The company has all its connections.</exception>
    private ConnectionShare TakeShare(string? company)
    {
        var ofCompany = services.Shares.Of(company);
        if (!ofCompany.TryEnter())
            throw new ProtocolException("too-many-of-company", ReasonCode.QuotaExceeded, "The company has all the connections it may have; see Mqtt:Limits:Admission:Company:Connections.");
        return new ConnectionShare(services.Options.Admission, ofCompany);
    }

    /// <summary>One copy per read where the pipe holds it in pieces: cheaper than cutting packets out of a sequence one by one.</summary>
    private ReadOnlySpan<byte> Contiguous(ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsSingleSegment) return buffer.FirstSpan;
        var length = (int)buffer.Length;
        rented = ArrayPool<byte>.Shared.Rent(length);
        buffer.CopyTo(rented);
        return rented.AsSpan(0, length);
    }

    /// <summary>What <see cref="Contiguous"/> gave is not looked at any more.</summary>
    private void GiveBack()
    {
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        rented = null;
    }

    /// <summary>Takes the memory of the packet that has begun, if it is a large one, and gives back that of the one before.</summary>
    private async ValueTask HoldAsync(int bytes)
    {
        if (bytes == held) return;
        services.Unfinished.Give(held);
        held = 0;
        if (bytes == 0) return;
        await services.Unfinished.TakeAsync(bytes, abort.Token).ConfigureAwait(false);
        held = bytes;
    }

    /// <summary>Tells a client why it is shown out: CONNACK before it was let in, DISCONNECT afterwards; a 3.1.1 client is told nothing then.</summary>
    private void SayLast(ProtocolException why)
    {
        byte[] word = terms is not { } agreed ? Handshake.Refused(claimedLevel, asked, why)
            : agreed.IsV5 ? PacketWriter.DisconnectBecause(why.Code, agreed.Explain(why.Message)) : [];
        saidLast = word.Length > 0;
        outbox.Close(word);
    }

    /// <summary>Reads on for a moment and drops it: a socket that is closed over unread bytes resets the line, and the last word may go with it.</summary>
    private async Task LingerAsync()
    {
        try
        {
            var input = context.Transport.Input;
            for (var end = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(end) < LastWordsMax;)
            {
                using var quiet = new CancellationTokenSource(QuietMax);
                var read = await input.ReadAsync(quiet.Token).ConfigureAwait(false);
                input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) return;
            }
        }
        catch (Exception gone) when (gone is ConnectionResetException or ConnectionAbortedException or OperationCanceledException or IOException or InvalidOperationException)
        {
            // The last of these: a fault of ours left the read before unfinished.
        }
    }

    /// <summary>Everything read is committed and acknowledged; then the goodbye.</summary>
    private async Task FinishAsync()
    {
        await departure.Settled.WaitAsync(abort.Token).ConfigureAwait(false);
        SayLast(new ProtocolException("draining", ReasonCode.ServerShuttingDown, "The server is stopping; connect again."));
    }

    /// <summary>Lets go of the session. Whoever takes it up waits for this.</summary>
    private void Leave()
    {
        if (departure.ReadingEnded.IsCompleted) return;
        publishes?.Dispose();
        services.Unfinished.Give(held);
        held = 0;
        share?.Company.Leave();
        session?.Feedback.Detach(outbox);
        if (session is not null) services.Sessions.Leave(session, departure, requests?.SessionExpirySeconds ?? 0);
        departure.EndReading();
    }
}
