using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Arbiter.Quorum;

namespace Arbiter.Tests.Quorum;

/// <summary>A real redis-server that speaks TLS, with an authority made for the test.</summary>
[Trait("tier", "integration")]
public sealed class RedisTlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("arbiter-tls-").FullName;
    private readonly int _port = RedisServers.FreePort();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    [Fact]
    public async Task The_register_votes_over_TLS_when_the_authority_is_trusted_and_says_so_when_it_is_not()
    {
        Make("ca", "server", IPAddress.Loopback);
        Make("stranger", "other", IPAddress.Loopback);
        await using var servers = await Start("server", "ca");
        var one = servers.Connect(tlsPort: _port, ca: At("ca.pem"))[0];
        Assert.Equal(Answer.Virgin, (await RedisStatementTests.Answered(one, new Request.Read(Ballot.None))).Answer);
        var ticket = (await one.Ask(new Request.Probe("", Ballot.None, ""), default)).Ticket;
        Assert.Equal(Answer.Ok, (await one.Ask(new Request.Probe("i1", Ballot.Of(1, 1, 1), ticket), default)).Answer);
        Assert.Equal(Answer.Ok, (await one.Ask(new Request.Seed("i1", Ballot.Of(1, 1, 1), new string('v', RegisterValue.MaxBytes)), default)).Answer);
        Assert.Equal(RegisterValue.MaxBytes, (await one.Ask(new Request.Read(Ballot.None), default)).Value.Length);

        foreach (var ca in new[] { null, At("stranger.pem") })
            Assert.Equal("tls", await Named(servers.Connect(tlsPort: _port, ca: ca)[0]));
    }

    [Fact]
    public async Task A_certificate_for_another_address_is_not_trusted()
    {
        Make("ca", "server", IPAddress.Parse("192.0.2.1"));
        await using var servers = await Start("server", "ca");
        Assert.Equal("tls", await Named(servers.Connect(tlsPort: _port, ca: At("ca.pem"))[0]));
    }

    private Task<RedisServers> Start(string certificate, string ca) => RedisServers.Start(1, false,
        "--tls-port", _port.ToString(CultureInfo.InvariantCulture), "--tls-cert-file", At(certificate + ".pem"), "--tls-key-file", At(certificate + ".key"),
        "--tls-ca-cert-file", At(ca + ".pem"), "--tls-auth-clients", "no");

    private static async Task<string> Named(IAcceptor acceptor)
    {
        var reply = await acceptor.Ask(new Request.Read(Ballot.None), default);
        for (var tries = 0; tries < 60 && reply.Error != "tls"; tries++)
        {
            await Task.Delay(50);
            reply = await acceptor.Ask(new Request.Read(Ballot.None), default);
        }
        Assert.Equal(Answer.None, reply.Answer);
        return reply.Error;
    }

    private void Make(string ca, string name, IPAddress address)
    {
        using var caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest($"CN={ca}", caKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authority.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using var root = authority.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(79));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(root, DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(79), [1, 2, 3]);
        File.WriteAllText(At(ca + ".pem"), root.ExportCertificatePem());
        File.WriteAllText(At(name + ".pem"), certificate.ExportCertificatePem());
        File.WriteAllText(At(name + ".key"), key.ExportPkcs8PrivateKeyPem());
    }
}
