using Arbiter.Core;
using Contracts.Vocabulary;

namespace Arbiter.Groups;

/// <summary>Hears what became of each planned move that was asked for, on the leader. Called from the group's loop: returns at once and never throws.</summary>
internal interface IMoveAnswers
{
    /// <param name="begun">Recorded and begun; otherwise refused, with the check that failed in <paramref name="text"/>.</param>
    public void Answered(GroupName group, MoveRequest request, bool begun, string text);
}
