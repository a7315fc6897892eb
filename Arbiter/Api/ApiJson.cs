using System.Text.Json;
using System.Text.Json.Serialization;

namespace Arbiter.Api;

/// <summary>The API's JSON, generated at build time: no reflection, camelCase, no number as text.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = false, PropertyNameCaseInsensitive = false)]
[JsonSerializable(typeof(GroupList))]
[JsonSerializable(typeof(GroupView))]
[JsonSerializable(typeof(NodeList))]
[JsonSerializable(typeof(NodeView))]
[JsonSerializable(typeof(QuorumView))]
[JsonSerializable(typeof(ArbitersView))]
[JsonSerializable(typeof(Overview))]
[JsonSerializable(typeof(ReadinessView))]
[JsonSerializable(typeof(LivenessView))]
[JsonSerializable(typeof(StatusChanged))]
[JsonSerializable(typeof(HistoryView))]
[JsonSerializable(typeof(ExplainView))]
[JsonSerializable(typeof(Core.Explanation))]
[JsonSerializable(typeof(Core.MoveOutcome))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(NotificationsView))]
[JsonSerializable(typeof(NotificationDone))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>An enum's name as the API writes it: first letter small.</summary>
    public static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
