using DlAot.Compiler.Diagnostics;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// Objects and strings from outside of which nothing is known but that they are there: of which type an object is, and which string
/// it is, is assumed where the program asks, and checked. Either answer gets a version of its own.
/// </summary>
public sealed partial class Interpreter
{
    private readonly Dictionary<string, TypeReference> kinds = new(StringComparer.Ordinal); // by place
    private readonly Dictionary<string, string> texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> nulls = new(StringComparer.Ordinal);
    private readonly HashSet<(string Place, string What)> excluded = [];

    /// <summary>The object as one of exactly that type; null when it is taken to be of none that goes as such.</summary>
    /// <param name="isCast">The program throws when it is not of that type.</param>
    internal AbstractValue? OfKind(Unknown v, TypeReference type, bool isCast)
    {
        if (v.Access is not { } access || IsConstructorPhase || access.Type.IsValueType)
        {
            throw Fail(Rules.UndeterminableTarget, $"a cast to {type.Name}", Name(v));
        }

        if (!kinds.TryGetValue(access.Key, out TypeReference? kind))
        {
            if (!IsExact(type))
            {
                throw Fail(Rules.UndeterminableTarget, $"a cast to {type.Name}", Name(v));
            }

            if (nulls.GetValueOrDefault(access.Key) || excluded.Contains((access.Key, type.FullName)))
            {
                return null;
            }

            if (!isCast)
            {
                openDecisions.Add(Decisions.Count);
            }

            if (!isCast && !Decisions.Take(true))
            {
                excluded.Add((access.Key, type.FullName));
                AddGuard(new Guard.NotType(access, type, Location));
                return null;
            }

            kinds[access.Key] = kind = type;
            AddGuard(new Guard.ExactType(access, type, Location));
        }

        return World.IsAssignable(kind, type) ? Read(new Unknown(kind, v.Reason), new Access.Cast(access, kind)) : null;
    }

    private static readonly long[] Counts = [2, 3, 4, 5, 6, 1, 8];

    /// <summary>A number of tensors that nobody knows: the guess, or the smallest that the program can do with; others get versions of their own.</summary>
    internal long ChooseCount(long? guess)
    {
        long[] counts = [.. guess is long g ? Counts.Prepend(g).Distinct() : Counts];
        if (guess is null)
        {
            openDecisions.Add(Decisions.Count);
        }

        return counts[Decisions.Choose(counts.Length)];
    }

    // An object that goes as such is of this very type in all likelihood.
    private bool IsExact(TypeReference type) => type is ArrayType || Reading.World.IsTensor(type)
        || (World.Resolve(type) is { IsInterface: false, IsAbstract: false } definition && (definition.IsSealed || definition.IsValueType || IsOurs(type) || type.Namespace == "System.Collections.Generic") && !Reading.World.IsNullable(type));

    // Nothing is known of the object; null leads somewhere, another object to calls of nobody knows what.
    private bool DecideNull(Access access, bool whenTrue)
    {
        if (kinds.ContainsKey(access.Key) || texts.ContainsKey(access.Key))
        {
            return false;
        }

        if (!nulls.TryGetValue(access.Key, out bool isNull))
        {
            bool isGiven = Shared.Places?.TypeOf(access.Key) is { IsNull: false };
            if (!isGiven)
            {
                openDecisions.Add(Decisions.Count);
            }

            nulls[access.Key] = isNull = !isGiven && Decisions.Take(likely is null || likely.IsTaken == whenTrue);
            AddGuard(new Guard.Null(access, isNull, Location));
        }

        return isNull;
    }

    /// <summary>Whether a string of which nothing is known is this one. What a constructor is given has no place yet, but a name.</summary>
    /// <param name="likely">What is taken for likely where nothing has been decided.</param>
    internal bool IsText(Unknown v, string text, bool likely = true)
    {
        string place = v.Access?.Key ?? (IsConstructorPhase ? v.Reason : throw Fail(Rules.UnknownBranch, Name(v)));
        if (texts.TryGetValue(place, out string? known))
        {
            return known == text;
        }

        if (nulls.GetValueOrDefault(place) || excluded.Contains((place, text)))
        {
            return false;
        }

        Doubt();
        openDecisions.Add(Decisions.Count);
        bool holds = Decisions.Take(likely);
        if (holds)
        {
            texts[place] = text;
        }
        else
        {
            excluded.Add((place, text));
        }

        if (v.Access is { } access)
        {
            AddGuard(holds ? new Guard.Equal(access, text, Location) : new Guard.NotText(access, text, Location));
        }

        return holds;
    }

    /// <summary>Whether a string from outside is null or empty: most are not.</summary>
    internal bool IsNullOrEmpty(Access place)
    {
        if (!kinds.ContainsKey(place.Key) && !texts.ContainsKey(place.Key) && !nulls.ContainsKey(place.Key))
        {
            openDecisions.Add(Decisions.Count);
            bool isNull = nulls[place.Key] = Decisions.Take(false);
            AddGuard(new Guard.Null(place, isNull, Location));
        }

        return nulls.GetValueOrDefault(place.Key) || IsText(new Unknown(place.Type, place.ToString()!, place), "", likely: false);
    }

    /// <summary>Strings that are only guessed are taken for unknown: with the guesses the constructor throws.</summary>
    public bool DoubtsTexts { get; init; }

    private AbstractValue Doubted(AbstractValue v) => DoubtsTexts && v is Constant { Value: string text, Assumed: true } ? new Unknown(World.Module.TypeSystem.String, $"the text '{text}'") : v;

    // The alternative that a number that nobody knows selects while an object is made.
    private int ChooseTarget(int count)
    {
        Doubt();
        for (int i = 0; i < count; i++)
        {
            if (Decisions.Take(true))
            {
                return i;
            }
        }

        return count;
    }

    // Two places may hold one object; where the constructor tells, they do as it made them.
    private bool SamePlace(Access a, Access b, AbstractValue left, AbstractValue right)
    {
        if (a.Key == b.Key)
        {
            return true;
        }

        string key = string.CompareOrdinal(a.Key, b.Key) < 0 ? $"{a.Key} is {b.Key}" : $"{b.Key} is {a.Key}";
        if (!nulls.TryGetValue(key, out bool same))
        {
            if (left is ObjectRef { Instance: { IsOpaque: false } x } && right is ObjectRef { Instance: { IsOpaque: false } y })
            {
                same = ReferenceEquals(x, y);
            }
            else
            {
                openDecisions.Add(Decisions.Count);
                same = Decisions.Take(false);
            }

            nulls[key] = same;
            AddGuard(same ? new Guard.Same(a, b, Location) : new Guard.NotSame(a, b, Location));
        }

        return same;
    }
}
