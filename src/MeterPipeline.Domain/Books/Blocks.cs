namespace MeterPipeline.Domain.Books;

/// <summary>
/// Values in large blocks, told by their number: a million of them are a few hundred objects for the collector, and leave no holes. What is written to one may
/// be read on another thread while others are laid out. Owned by one thread.
/// </summary>
internal sealed class Blocks<T>
    where T : unmanaged
{
    private const int Shift = 12;
    private const int BlockLength = 1 << Shift;
    private const int FirstLength = 8;

    // All of full size but the first, which grows: most books are about few meters.
    private readonly List<T[]> blocks = [];
    private int used;

    public ref T this[int number] => ref blocks[number >> Shift][number & (BlockLength - 1)];

    /// <summary>The number of one more.</summary>
    public int Add()
    {
        if (used % BlockLength == 0) blocks.Add(new T[used == 0 ? FirstLength : BlockLength]);
        else if (used == blocks[0].Length)
        {
            var grown = blocks[0];
            Array.Resize(ref grown, grown.Length * 2);
            blocks[0] = grown;
        }
        return used++;
    }
}
