using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MeterPipeline.Domain.Books;

/// <summary>
/// The bytes of meter days that are open or wait to be stored, in chained pieces of 64 bytes. A million days grow at the same time, and close at the same time:
/// arrays would be outgrown in turn and leave holes everywhere, and each would be one more object for the collector to follow; a piece is taken when it is
/// needed, and given back to be taken again. Owned by one thread; what a chain held when <see cref="Hold"/> was called, another may read until
/// <see cref="LetGo"/>: nothing written is ever changed.
/// </summary>
internal sealed class DayPieces
{
    private const int Payload = 60;
    private const int None = -1;

    private readonly Blocks<Piece> pieces = new();
    private int free = None;

    // Given back while somebody may read it.
    private readonly List<PiecedDay> waiting = [];
    private bool held;

    public DayPieces() => Closed = new ClosedDays(this);

    /// <summary>The days that do not grow any more.</summary>
    public ClosedDays Closed { get; }

    /// <summary>Adds bytes to a chain that holds <paramref name="length"/>.</summary>
    public void Append(ref Chain chain, int length, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var at = length % Payload;
            if (at == 0) Extend(ref chain, length == 0);
            var fitting = Math.Min(bytes.Length, Payload - at);
            bytes[..fitting].CopyTo(pieces[chain.Last].Bytes[at..]);
            bytes = bytes[fitting..];
            length += fitting;
        }
    }

    /// <summary>A copy of a day's bytes.</summary>
    public byte[] Read(in PiecedDay day)
    {
        var bytes = new byte[day.Length];
        var piece = day.Chain.First;
        for (var rest = bytes.AsSpan(); ; piece = pieces[piece].Next)
        {
            var filled = Math.Min(rest.Length, Payload);
            pieces[piece].Bytes[..filled].CopyTo(rest);
            rest = rest[filled..];
            if (rest.IsEmpty) return bytes;
        }
    }

    /// <summary>From now on no piece is taken again.</summary>
    public void Hold() => held = true;

    public void LetGo()
    {
        held = false;
        foreach (var day in waiting) Release(day);
        waiting.Clear();
    }

    /// <summary>Gives the pieces of a day back.</summary>
    public void Release(in PiecedDay day)
    {
        if (day.Length == 0) return;
        if (held)
        {
            waiting.Add(day);
            return;
        }
        pieces[day.Chain.Last].Next = free;
        free = day.Chain.First;
    }

    /// <inheritdoc cref="MeterBook.Look"/>
    public long Look(Chain chain, int length) => length == 0 ? 0 : pieces[chain.Last].Bytes[length % Payload];

    private void Extend(ref Chain chain, bool empty)
    {
        var piece = Take();
        if (empty) chain.First = piece;
        else pieces[chain.Last].Next = piece;
        chain.Last = piece;
    }

    private int Take()
    {
        if (free == None) return pieces.Add();
        var piece = free;
        free = pieces[piece].Next;
        return piece;
    }

    /// <summary>The pieces of one day. Who holds it knows how many bytes are in it; where there are none, it means nothing.</summary>
    public struct Chain
    {
        public int First, Last;
    }

    private struct Piece
    {
        private Room room;
        public int Next;

        [UnscopedRef]
        public Span<byte> Bytes => room;

        [InlineArray(Payload)]
        private struct Room
        {
            private byte first;
        }
    }
}
