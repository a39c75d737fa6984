using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting.Models;
using DlAot.Compiler.Reading;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>Sequences: arrays, lists, dictionaries, deferred queries, iterators of the user's; and equality, which lookups need.</summary>
public sealed partial class Interpreter
{
    /// <summary>The elements in the order in which a foreach meets them, each made when it is asked for, as the program does.</summary>
    internal IEnumerable<AbstractValue> Enumerate(AbstractValue sequence, string name) => Charged(Sequence(sequence, name));

    // A query may have any number of elements, whoever asks for them.
    private IEnumerable<AbstractValue> Charged(IEnumerable<AbstractValue> elements)
    {
        foreach (AbstractValue element in elements)
        {
            Charge(1);
            yield return element;
        }
    }

    /// <summary>Takes work from the method's budget.</summary>
    internal void Charge(int instructions)
    {
        Shared.Budget.Instructions -= instructions;
        if (Shared.Budget.IsSpent)
        {
            throw Fail(Rules.UnboundedLoop, InstructionBudget);
        }
    }

    private IEnumerable<AbstractValue> Sequence(AbstractValue sequence, string name)
    {
        switch (BclModels.Unwrapped(sequence))
        {
            case ObjectRef { Instance.Sequence: { } deferred }:
                return deferred();
            case ObjectRef { Instance: { Items: { } items, Keys: { } keys } made, Access: null } when ModelTable.ShortName(made.Type) is not "Sequential" and not "ModuleList" and not "ParameterList":
                return keys.Zip(items, (k, v) => EntryOf(made.Type, k, v));
            case ObjectRef { Instance: { Items: { } items, Keys: null }, Access: null } o:
                return o.Instance.Type is ArrayType ? Elements(items) : Checked(items);
            case ObjectRef { Instance: { Items: not null, Keys: null } } o:
                return Outside(o);
            case ObjectRef { Access: not null } dictionary when WrittenContent(dictionary) is { } content:
                return Enumerate(new ObjectRef(content), name);
            case ObjectRef { Access: not null, Instance: { Items: not null, Keys: not null } } dictionary when !IsChanged(dictionary):
                return Entries(dictionary).Select(e => EntryOf(dictionary.Instance.Type, e.Key, e.Value));
            case ObjectRef o when IsOurs(o.Instance.Type):
                return Iterated(o);
            case Constant { Value: string text }:
                return text.Select(c => AbstractValue.Of((long)c));
            case Constant { IsNull: true }:
                throw Fail(Rules.AlwaysThrows, "NullReferenceException");
            default:
                throw Fail(Rules.UnknownBranch, $"the list {name}");
        }
    }

    // An array may be written while it is enumerated.
    private static IEnumerable<AbstractValue> Elements(List<AbstractValue> items)
    {
        for (int i = 0; i < items.Count; i++)
        {
            yield return items[i];
        }
    }

    // A list may not.
    private IEnumerable<AbstractValue> Checked(List<AbstractValue> items)
    {
        using IEnumerator<AbstractValue> e = ((IEnumerable<AbstractValue>)items).GetEnumerator();
        while (Next(e))
        {
            yield return e.Current;
        }

        bool Next(IEnumerator<AbstractValue> from)
        {
            try
            {
                return from.MoveNext();
            }
            catch (InvalidOperationException)
            {
                throw Fail(Rules.AlwaysThrows, "InvalidOperationException");
            }
        }
    }

    private IEnumerable<AbstractValue> Outside(ObjectRef list)
    {
        if (ChangedOf(list) is { } changed)
        {
            foreach (AbstractValue element in Enumerate(changed))
            {
                yield return element;
            }

            yield break;
        }

        MethodReference? getter = Indexer(list.Instance.Type);
        CountOf(list, list.Instance.Items!.Count, null);
        for (int i = 0; i < list.Instance.Items.Count; i++)
        {
            yield return LoadElement(list, AbstractValue.Of((long)i), getter);
        }
    }

    /// <summary>The indexer by position; null for an array.</summary>
    internal MethodReference? Indexer(TypeReference list)
    {
        if (list is ArrayType)
        {
            return null;
        }

        foreach (TypeReference type in World.Hierarchy(list))
        {
            if (World.Resolve(type)?.Methods.FirstOrDefault(m => m.Name is "get_Item" or "get_SequentialItems" && m.Parameters is [{ ParameterType.MetadataType: MetadataType.Int32 }]) is { } getter)
            {
                return OnType(getter, type);
            }
        }

        throw Fail(Rules.UnknownBranch, $"the elements of {list.Name}");
    }

    // An iterator method, or a collection class of the user's: its own code says what it yields.
    private IEnumerable<AbstractValue> Iterated(ObjectRef sequence)
    {
        AbstractValue enumerator = CallByName(sequence, "GetEnumerator");
        if (enumerator is not ObjectRef e)
        {
            throw Fail(Rules.UnknownBranch, $"the list {sequence.Instance.Type.Name}");
        }

        if (e.Instance.Cursor is { } cursor)
        {
            while (cursor.MoveNext())
            {
                yield return cursor.Current;
            }

            yield break;
        }

        while (Decide(CallByName(e, "MoveNext"), preferred: true))
        {
            yield return CallByName(e, "get_Current");
        }
    }

    // By the end of the name: implementations of interfaces carry the interface's in front.
    private AbstractValue CallByName(ObjectRef receiver, string name)
    {
        foreach (TypeReference type in World.Hierarchy(receiver.Instance.Type).Where(IsOurs))
        {
            MethodDefinition[] found = [.. World.Resolve(type)!.Methods.Where(m => m.HasBody && m.Parameters.Count == 0 && (m.Name == name || m.Name.EndsWith("." + name, StringComparison.Ordinal)))];
            if (found.OrderBy(m => m.Name == name ? 0 : m.Name.Contains('<', StringComparison.Ordinal) ? 1 : 2).FirstOrDefault() is { } method)
            {
                return Invoke(method, type, null, [receiver]) ?? AbstractValue.Null;
            }
        }

        throw Fail(Rules.UnknownCall, $"{receiver.Instance.Type.Name}.{name}");
    }

    /// <summary>A query: nothing runs before it is enumerated, and everything again each time.</summary>
    internal static ObjectRef Deferred(TypeReference type, Func<IEnumerable<AbstractValue>> sequence) => new(new Instance(type) { Sequence = sequence });

    /// <summary>An enumerator that stands before the first element.</summary>
    internal static ObjectRef NewEnumerator(TypeReference type, IEnumerable<AbstractValue> elements) => new(new Instance(type) { Cursor = elements.GetEnumerator() });

    /// <summary>What <c>Equals</c> says of two values; refused where user code or tensor contents would decide in a way not known here.</summary>
    internal bool AreEqual(AbstractValue a, AbstractValue b)
    {
        (a, b) = (Doubted(a), Doubted(b));
        switch (a, b)
        {
            case (Boxed x, Boxed y):
                return x.Type.FullName == y.Type.FullName && AreEqual(x.Content, y.Content);
            case (Boxed x, Constant { IsNull: false } or Size):
                return AreEqual(x.Content, b);
            case (Constant { IsNull: false } or Size, Boxed y):
                return AreEqual(a, y.Content);
            case (Boxed, _) or (_, Boxed):
                return false;
            case (ObjectRef { Instance: { IsStruct: true } x }, ObjectRef { Instance: { IsStruct: true } y }) when ModelTable.ShortName(x.Type) == "ValueTuple" && x.Type.FullName == y.Type.FullName:
                return x.Fields.All(f => AreEqual(f.Value, y.Fields.GetValueOrDefault(f.Key) ?? AbstractValue.Null));
            case (ObjectRef x, not Constant { IsNull: true }) when !ReferenceEquals(a, b) && EqualsOf(x) is { } own:
                return Decide(Invoke(own.Method, own.Declaring, null, [x, b])!, preferred: true);
            case (Unknown u, Constant { Value: string text }) when u.Access is not null || u.Type?.MetadataType == MetadataType.String:
                return IsText(u, text);
            case (Constant { Value: string text }, Unknown u) when u.Access is not null || u.Type?.MetadataType == MetadataType.String:
                return IsText(u, text);
            case (Unknown u, Unknown v) when IsConstructorPhase:
                return u == v;
            case (TensorRef x, TensorRef y) when !ReferenceEquals(x.Object, y.Object):
                throw Fail(Rules.HostRead, "Tensor.Equals");
            default:
                return Decide(Compare(ComparisonKind.Equal, a, b), preferred: true);
        }
    }

    // The override of Equals(object) that the class or record has.
    private (MethodDefinition Method, TypeReference Declaring)? EqualsOf(ObjectRef o)
    {
        foreach (TypeReference type in World.Hierarchy(Exact(o).Instance.Type))
        {
            MethodDefinition? own = World.Resolve(type)?.Methods.FirstOrDefault(m => m is { Name: "Equals", IsVirtual: true, HasBody: true, Parameters: [{ ParameterType.MetadataType: MetadataType.Object }] });
            if (own is null)
            {
                continue;
            }

            return IsOurs(type) ? (own, type)
                : type.FullName == "System.Object" ? null
                : throw Fail(Rules.UnknownCall, $"{type.Name}.Equals");
        }

        return null;
    }
}
