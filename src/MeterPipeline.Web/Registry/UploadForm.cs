using System.Text;
using MeterPipeline.Ledger.Import;
using MeterPipeline.Web.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace MeterPipeline.Web.Registry;

/// <summary>Why an upload was not taken.</summary>
internal enum UploadFault { None, NotAForm, Forged, UnknownKind, NoFile, TooLarge, Busy }

/// <param name="Content">The caller's to dispose; null with a fault.</param>
internal readonly record struct Upload(UploadFault Fault, RegistryFile Kind, string Name, FileStream? Content)
{
    public static Upload Of(UploadFault fault) => new(fault, default, "", null);
}

/// <summary>
/// The import form, read as it comes in: its small fields, then its file, straight to a private file of bounded size. Nothing of it is held in
/// memory beyond a block. The framework's own form reader would put the whole body beside the system's temporary files first.
/// </summary>
internal static class UploadForm
{
    private const int FieldsMax = 8;
    private const int FieldBytesMax = 1024;
    private const int NameChars = 120;
    private const int BoundaryChars = 200;
    private const int BlockBytes = 1 << 16;

    /// <summary>Bytes of the whole form: its file, its small fields, and what stands around them.</summary>
    public const long BodyMax = RegistryImportOptions.BytesMax + FieldsMax * (FieldBytesMax + BlockBytes);

    public static async Task<Upload> ReadAsync(HttpContext context, RegistryImports imports)
    {
        var request = context.Request;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null; // of no stated length: counted below
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.MediaType != "multipart/form-data") return Upload.Of(UploadFault.NotAForm);
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (boundary is not { Length: > 0 and <= BoundaryChars }) return Upload.Of(UploadFault.NotAForm);
        try
        {
            var upload = await SectionsAsync(context, new MultipartReader(boundary, request.Body), imports).ConfigureAwait(false);
            if (upload.Content is null) await RefusedBody.DiscardAsync(request.Body, context.RequestAborted).ConfigureAwait(false);
            return upload;
        }
        catch (Exception error) when (error is InvalidDataException || (error is IOException && !context.RequestAborted.IsCancellationRequested))
        {
            return Upload.Of(UploadFault.NotAForm);
        }
    }

    private static async Task<Upload> SectionsAsync(HttpContext context, MultipartReader reader, RegistryImports imports)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        while (fields.Count < FieldsMax && await reader.ReadNextSectionAsync(context.RequestAborted).ConfigureAwait(false) is { } section)
        {
            if (section.GetContentDispositionHeader() is not { } disposition) return Upload.Of(UploadFault.NotAForm);
            if (!disposition.IsFileDisposition())
            {
                fields[HeaderUtilities.RemoveQuotes(disposition.Name).ToString()] = await FieldAsync(section.Body, context.RequestAborted).ConfigureAwait(false);
                continue;
            }
            if (!FormTokens.IsProven(context, fields.GetValueOrDefault(FormTokens.Field))) return Upload.Of(UploadFault.Forged);
            if (KindOf(fields.GetValueOrDefault("kind")) is not { } kind) return Upload.Of(UploadFault.UnknownKind);
            var name = disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName;
            return await FileAsync(section.Body, kind, HeaderUtilities.RemoveQuotes(name).ToString(), imports, context.RequestAborted).ConfigureAwait(false);
        }
        return Upload.Of(UploadFault.NoFile);
    }

    private static async Task<Upload> FileAsync(Stream body, RegistryFile kind, string name, RegistryImports imports, CancellationToken cancel)
    {
        var content = imports.NewFile();
        var kept = false;
        try
        {
            var block = new byte[BlockBytes];
            int read;
            while ((read = await body.ReadAsync(block, cancel).ConfigureAwait(false)) > 0)
            {
                if (content.Length + read > RegistryImportOptions.BytesMax) return Upload.Of(UploadFault.TooLarge);
                await content.WriteAsync(block.AsMemory(0, read), cancel).ConfigureAwait(false);
            }
            if (content.Length == 0) return Upload.Of(UploadFault.NoFile);
            kept = true;
            return new Upload(UploadFault.None, kind, name.Length <= NameChars ? name : name[..NameChars], content);
        }
        finally
        {
            if (!kept) await content.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<string> FieldAsync(Stream body, CancellationToken cancel)
    {
        var bytes = new byte[FieldBytesMax + 1];
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
        return length <= FieldBytesMax ? Encoding.UTF8.GetString(bytes, 0, length) : throw new InvalidDataException("A field of the form is too long.");
    }

    private static RegistryFile? KindOf(string? word)
    {
        foreach (var kind in RegistryImportOptions.Kinds)
            if (Columns.Word(kind) == word) return kind;
        return null;
    }
}
