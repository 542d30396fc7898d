using KhsCrm.SyncClient;
using KhsCrm.V1;

namespace KhsCrm.Cli.Errors;

/// <summary>What went wrong and what to do next, in a line.</summary>
internal static class ErrorText
{
    private const string Prefix = "ERROR_REASON_";

    public static string Of(KhsCrmException exception) => exception switch
    {
        NotSignedInException => $"{Sentence(exception.Message)} Next: khs login EMAIL",
        ServerUnreachableException => $"{Sentence(Cause(exception))} Nothing is lost: check the network and --server, and try again.",
        StoreInUseException or UnsentEditsException => Sentence(exception.Message),
        { Reason: ErrorReason.StoreNotAccessible or ErrorReason.DiskFull } => $"{Sentence(exception.Message)} Or give another folder with --data DIR.",
        { Reason: ErrorReason.StoreDamaged } => $"{Sentence(exception.Message)} Next: khs rescue",
        { Reason: >= ErrorReason.StoreInUse } => Sentence(exception.Message),
        { Reason: ErrorReason.AppTooOld } => Sentence(exception.Message),
        { Reason: ErrorReason.RowNotFound } => exception.Message,
        _ => $"{Sentence(exception.Message, exception.Reason)}{Next(exception.Reason)}",
    };

    /// <summary>Why the server, or this device in its place, refused something.</summary>
    public static string Sentence(string message, ErrorReason reason = ErrorReason.Unspecified)
    {
        var text = message.Trim().TrimEnd('.');
        // An address, or a field by its name, stays as it is written.
        if (text.Length > 0 && !text.StartsWith("http", StringComparison.Ordinal) && !text.Split(' ')[0].Contains('_', StringComparison.Ordinal))
            text = char.ToUpperInvariant(text[0]) + text[1..];
        return reason == ErrorReason.Unspecified ? $"{text}." : $"{text} ({Output.Words.Reason(reason)}).";
    }

    /// <summary>A reason as programs know it, such as ROW_NOT_FOUND.</summary>
    public static string NameOf(ErrorReason reason)
    {
        var name = ErrorReasonReflection.Descriptor.EnumTypes[0].FindValueByNumber((int)reason)?.Name ?? "";
        return name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : reason.ToString();
    }

    private static string Next(ErrorReason reason) => reason switch
    {
        ErrorReason.InvalidCredentials => " Try again, or have an owner reset the password.",
        ErrorReason.NotPermitted => " Ask an owner.",
        ErrorReason.RateLimited => " Wait a minute and try again.",
        ErrorReason.Unavailable => " Try again in a moment; nothing is lost.",
        ErrorReason.Internal => " Try again; if it stays, the server's log has the details.",
        ErrorReason.NotImplemented => " The server is of another version than this khs.",
        ErrorReason.ProtocolVersionUnsupported => " Install the khs that fits the server.",
        _ => "",
    };

    /// <summary>The server's address and what a person can act on, such as "Connection refused"; what wraps it is gRPC's own.</summary>
    public static string Cause(Exception exception)
    {
        var cause = exception;
        while (Inner(cause) is { } inner)
            cause = inner;
        var end = exception.Message.IndexOf(" cannot be reached", StringComparison.Ordinal);
        return end > 0 && cause is (System.Net.Sockets.SocketException or System.Security.Authentication.AuthenticationException)
            ? $"{exception.Message[..end]} cannot be reached: {cause.Message}"
            : exception.Message;
    }

    private static Exception? Inner(Exception exception) =>
        exception is Grpc.Core.RpcException rpc ? rpc.Status.DebugException : exception.InnerException;
}
