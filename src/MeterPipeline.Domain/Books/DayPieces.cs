using System.Buffers.Binary;

namespace MeterPipeline.Domain.Books;

/// <summary>
/// The bytes of open meter days, in chained pieces of 64 bytes. A million days grow at the same time: arrays would be outgrown in turn and leave holes
/// everywhere, and each would be one more object for the collector to follow; a piece is taken when it is needed, and given back to be taken again.
/// Owned by one thread; what a chain held when <see cref="Hold"/> was called, another may read until <see cref="LetGo"/>: nothing written is ever changed.
/// </summary>
internal sealed class DayPieces
{
    private const int PieceBytes = 64;

    /// <summary>The rest of a piece is the number of the next.</summary>
    private const int Payload = PieceBytes - sizeof(int);

    private const int BlockShift = 12;
    private const int BlockPieces = 1 << BlockShift;
    private const int FirstBlockPieces = 8;
    private const int None = -1;

    // All of full size but the first, which grows: most books are about few meters.
    private readonly List<byte[]> blocks = [];
    private int used;
    private int free = None;

    // Given back while somebody may read it; null: nobody does.
    private List<(Chain Chain, int Length)>? held;

    /// <summary>Adds bytes to a chain that holds <paramref name="length"/>.</summary>
    public void Append(ref Chain chain, int length, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var at = length % Payload;
            if (at == 0) Extend(ref chain, length == 0);
            var fitting = Math.Min(bytes.Length, Payload - at);
            bytes[..fitting].CopyTo(Piece(chain.Last)[at..]);
            bytes = bytes[fitting..];
            length += fitting;
        }
    }

    /// <summary>A copy of the first <paramref name="length"/> bytes.</summary>
    public byte[] Read(Chain chain, int length)
    {
        var bytes = new byte[length];
        var piece = chain.First;
        for (var rest = bytes.AsSpan(); ; piece = Next(piece))
        {
            var filled = Math.Min(rest.Length, Payload);
            Piece(piece)[..filled].CopyTo(rest);
            rest = rest[filled..];
            if (rest.IsEmpty) return bytes;
        }
    }

    /// <summary>From now on no piece is taken again.</summary>
    public void Hold() => held ??= [];

    public void LetGo()
    {
        var waiting = held ?? [];
        held = null;
        foreach (var (chain, length) in waiting) Release(chain, length);
    }

    /// <summary>Gives the pieces of a chain back; it holds nothing then.</summary>
    public void Release(Chain chain, int length)
    {
        if (length == 0) return;
        if (held is not null)
        {
            held.Add((chain, length));
            return;
        }
        BinaryPrimitives.WriteInt32LittleEndian(Piece(chain.Last)[Payload..], free);
        free = chain.First;
    }

    /// <inheritdoc cref="MeterBook.Look"/>
    public long Look(Chain chain, int length) => length == 0 ? 0 : Piece(chain.Last)[length % Payload];

    private void Extend(ref Chain chain, bool empty)
    {
        var piece = Take();
        if (empty) chain.First = piece;
        else BinaryPrimitives.WriteInt32LittleEndian(Piece(chain.Last)[Payload..], piece);
        chain.Last = piece;
    }

    private int Take()
    {
        if (free == None) return Fresh();
        var piece = free;
        free = Next(piece);
        return piece;
    }

    private int Fresh()
    {
        if (used % BlockPieces == 0) blocks.Add(new byte[(used == 0 ? FirstBlockPieces : BlockPieces) * PieceBytes]);
        else if (used == blocks[0].Length / PieceBytes)
        {
            var grown = blocks[0];
            Array.Resize(ref grown, grown.Length * 2);
            blocks[0] = grown;
        }
        return used++;
    }

    private int Next(int piece) => BinaryPrimitives.ReadInt32LittleEndian(Piece(piece)[Payload..]);

    private Span<byte> Piece(int piece) => blocks[piece >> BlockShift].AsSpan((piece & (BlockPieces - 1)) * PieceBytes, PieceBytes);

    /// <summary>The pieces of one day. Who holds it knows how many bytes are in it; where there are none, it means nothing.</summary>
    public struct Chain
    {
        public int First, Last;
    }
}
