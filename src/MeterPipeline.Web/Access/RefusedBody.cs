using System.Buffers;

namespace MeterPipeline.Web.Access;

/// <summary>
/// A body that nobody wants. Browsers read an answer only once they have sent everything, and a connection that is closed with bytes unread takes the
/// answer with it: so this much of a refused body is still taken in. Nothing of it is kept.
/// </summary>
internal static class RefusedBody
{
    /// <summary>Four of the largest uploads that are taken.</summary>
    public const long BytesMax = 4 * Registry.RegistryImportOptions.BytesMax;

    private const int BlockBytes = 1 << 16;

    public static async Task DiscardAsync(Stream body, CancellationToken cancel)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            int read;
            for (var left = BytesMax; left > 0 && (read = await body.ReadAsync(block, cancel).ConfigureAwait(false)) > 0;) left -= read;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }
}
