namespace Arbiter.Tests.Quorum;

/// <summary>The rights of docs/quorum.md.</summary>
internal static class RedisRights
{
    public const string Register = "resetchannels -@all +eval +evalsha +script|load +info +hmget +hset +del +ping +role +auth +hello +client|setname";
    public const string History = "+xadd +xrange +xrevrange +xtrim +xlen";
    public const string All = $"{Register} {History}";
}
