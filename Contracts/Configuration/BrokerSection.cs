namespace Contracts.Configuration;

/// <summary>The <c>rabbitmq:</c> section, the same in both files: <c>{ uri, password }</c>.</summary>
public static class BrokerSection
{
    /// <returns>The address with its user, and the password; a part that is missing or wrong is null.</returns>
    public static (Uri? Uri, string? Password) Read(Section root)
    {
        var section = root.Required("rabbitmq", "give { uri: \"amqps://user@host:5671/vhost\", password: \"${file:/path}\" }").Section();
        if (section is null) return (null, null);
        var uri = ReadUri(section.Required("uri", "give the broker's address, such as amqps://user@host:5671/vhost"));
        var password = section.Required("password", "give the password, best as \"${file:/path}\"").Secret();
        return (uri, password);
    }

    private static Uri? ReadUri(Value value)
    {
        // read as a secret: people put passwords into addresses
        if (value.Secret() is not { } text) return null;
        const string shape = "amqp://user@host:5672/vhost or amqps://user@host:5671/vhost";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("amqp" or "amqps") || uri.Host.Length == 0)
            value.Wrong($"is no address of a broker: write {shape}");
        else if (uri.UserInfo.Contains(':'))
            value.Wrong("holds a password: put it into the key 'password' beside it");
        else if (uri.UserInfo.Length == 0)
            value.Wrong($"names no user: write {shape}");
        else if (uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.AbsolutePath.Count(c => c == '/') > 1)
            value.Wrong($"has more than a virtual host behind the address: write {shape} (a '/' inside the name as %2F)");
        else
            return uri;
        return null;
    }
}
