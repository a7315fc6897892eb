using System.Text;
using System.Text.Json;
using Contracts.Bus;
using Contracts.Vocabulary;
using Contracts.Wire;

namespace Contracts.Tests.Wire;

public sealed class SigningTests
{
    private const string Key1 = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private const string Key2 = "k2://///wQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private static KeyRing Node(string text, string node = "lb1") => KeyRing.Parse(text).DeriveNode(NodeId.Parse(node));

    private static Envelope Signed(KeyRing ring, Direction direction = Direction.Agent) =>
        new MessageSigner(ring, direction).Sign("vip.health", "health.lb1", "{}"u8.ToArray());

    [Fact]
    public void The_recorded_vectors_hold()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Samples", "signing-vectors.json")));
        foreach (var vector in file.RootElement.EnumerateArray())
        {
            string Field(string name) => vector.GetProperty(name).GetString()!;
            var ring = KeyRing.Parse($"{Field("keyId")}:{Field("clusterKey")}").DeriveNode(NodeId.Parse(Field("node")));
            Assert.Equal($"{Field("keyId")}:{Field("nodeKey")}\n", ring.ToSecretText());
            var direction = Enum.Parse<Direction>(Field("direction"), ignoreCase: true);
            Assert.Equal(Field("directionKey"), Convert.ToBase64String(Signing.DirectionKey(ring.Keys[0].Key, direction)));
            var envelope = new MessageSigner(ring, direction).Sign(Field("exchange"), Field("routingKey"), Encoding.UTF8.GetBytes(Field("body")));
            Assert.Equal(Field("signature"), Convert.ToHexStringLower(envelope.Signature.Span));
            Assert.Null(new MessageVerifier(ring, direction).Refusal(envelope));
        }
        Assert.Equal(5, file.RootElement.GetArrayLength());
    }

    [Fact]
    public void Every_changed_part_makes_the_signature_bad()
    {
        var ring = Node(Key1);
        var verifier = new MessageVerifier(ring, Direction.Agent);
        var good = Signed(ring);
        Assert.Null(verifier.Refusal(good));
        var flipped = good.Signature.ToArray();
        flipped[31] ^= 1;
        foreach (var bad in (Envelope[])[
            good with { Exchange = "vip.state" }, good with { RoutingKey = "health.lb2" }, good with { Body = "{ }"u8.ToArray() },
            good with { Exchange = "vip.healthh", RoutingKey = "ealth.lb1" }, good with { Signature = flipped }, good with { Signature = flipped.AsMemory(0, 31) }])
            Assert.Equal("bad signature", verifier.Refusal(bad));
    }

    [Fact]
    public void A_key_speaks_in_one_direction_and_for_one_node_only()
    {
        var sent = Signed(Node(Key1));
        Assert.Equal("bad signature", new MessageVerifier(Node(Key1), Direction.Order).Refusal(sent));
        Assert.Equal("bad signature", new MessageVerifier(Node(Key1, "lb2"), Direction.Agent).Refusal(sent));
    }

    [Fact]
    public void What_is_not_signed_or_by_an_unknown_key_is_refused_with_that_reason()
    {
        var verifier = new MessageVerifier(Node(Key1), Direction.Agent);
        Assert.Equal("not signed", verifier.Refusal(MessageSigner.Unsigned("vip.health", "health.lb1", "{}"u8.ToArray())));
        Assert.Equal("unknown key id 'k2'", verifier.Refusal(Signed(Node(Key2))));
        Assert.Contains("bytes, more than", verifier.Refusal(Signed(Node(Key1)) with { Body = new byte[WireLimits.MaxBytes + 1] }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_is_rotated_without_a_gap()
    {
        // receivers learn the new key first, then senders sign with it, then the old one goes
        var (old, both, renewed) = (Node(Key1), Node($"{Key2}\n{Key1}"), Node(Key2));
        Assert.Null(new MessageVerifier(both, Direction.Order).Refusal(Signed(old, Direction.Order)));
        Assert.Equal("k2", Signed(both).KeyId);
        Assert.Null(new MessageVerifier(renewed, Direction.Agent).Refusal(Signed(both)));
        Assert.Equal("unknown key id 'k1'", new MessageVerifier(renewed, Direction.Agent).Refusal(Signed(old)));
    }

    [Fact]
    public void A_key_file_has_comments_empty_lines_and_line_ends_of_any_system()
    {
        var ring = KeyRing.Parse($"# keys of the cluster\r\n\r\n {Key2} \r\n{Key1}\n");
        Assert.Equal(["k2", "k1"], ring.KeyIds);
        Assert.Equal(Node(Key1).ToSecretText(), KeyRing.Parse(Node(Key1).ToSecretText()).ToSecretText());
    }

    [Fact]
    public void Every_error_of_a_key_file_is_named_with_its_line_and_none_shows_a_key()
    {
        const string secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA==";
        Assert.False(KeyRing.TryParse($"{Key1}\n{secret}\nbad:@@@\nshort:c2VjcmV0\n{Key1}\nBIG:{secret}", out _, out var errors));
        Assert.Equal(5, errors.Count);
        foreach (var (line, words) in (ReadOnlySpan<(int, string)>)[(2, "must be keyId:base64"), (3, "no base64"), (4, "has 6 bytes"), (5, "twice"), (6, "must be keyId:base64")])
            Assert.Contains(errors, e => e.StartsWith($"line {line}: ", StringComparison.Ordinal) && e.Contains(words, StringComparison.Ordinal));
        Assert.DoesNotContain(errors, e => e.Contains("c2Vj", StringComparison.Ordinal));
        Assert.Contains("no key", Assert.Throws<FormatException>(() => KeyRing.Parse("# nothing\n")).Message, StringComparison.Ordinal);
        Assert.False(KeyRing.TryParse(string.Concat(Enumerable.Range(0, 17).Select(i => $"k{i}:{secret}\n")), out _, out errors));
        Assert.Contains("more than 16 keys", errors[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_ring_says_its_ids_and_never_its_keys() => Assert.Equal("keys k2, k1", KeyRing.Parse($"{Key2}\n{Key1}").ToString());

    [Fact]
    public void A_node_key_is_derived_for_each_name_and_key() =>
        Assert.Equal(4, new[] { Node(Key1), Node(Key2), Node(Key1, "lb2"), KeyRing.Parse(Key1) }.Select(r => r.ToSecretText()[3..]).Distinct().Count());
}
