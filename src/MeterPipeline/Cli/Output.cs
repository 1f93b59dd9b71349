namespace MeterPipeline.Cli;

/// <summary>Where a verb's list goes.</summary>
public static class Output
{
    /// <summary>Stands for standard output.</summary>
    public const string Console = "-";

    /// <summary>Writes beside the target and renames: a reader never sees half a list.</summary>
    /// <param name="write">Told the stream and a folder for temporary files; returns how much it wrote.</param>
    /// <exception cref="CommandException">The file cannot be written; an older one is untouched.</exception>
    public static int Write(string file, Func<Stream, string, int> write)
    {
        if (file == Console)
        {
            using var console = System.Console.OpenStandardOutput();
            return write(console, Path.GetTempPath());
        }
        var unfinished = file + ".part";
        try
        {
            int written;
            using (var stream = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
                written = write(stream, Path.GetDirectoryName(Path.GetFullPath(file))!);
            File.Move(unfinished, file, overwrite: true);
            return written;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"Cannot write {file}: {error.Message}");
        }
        finally
        {
            if (File.Exists(unfinished)) File.Delete(unfinished);
        }
    }
}
