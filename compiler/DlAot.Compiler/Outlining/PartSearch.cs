using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Outlining;

/// <summary>Finds the parts of one method: tries the longest ranges, and cuts each around what the lifter refuses in it.</summary>
internal sealed class PartSearch
{
    public const int MaxInstructions = 4000;

    private const int MaxLifts = 20, MaxCuts = 60, MaxHalvings = 8;

    private readonly World world;
    private readonly Lifter lifter;
    private readonly FixedFields fixedFields;
    private readonly LiftedMethod host;
    private readonly WorkingBody body;
    private readonly HashSet<Instruction> excluded = [], barriers = [];
    private readonly List<Diagnostic> boundaries = [];
    private readonly List<MethodPart> parts = [];
    private readonly KnownTypes known;
    private readonly Budget budget;
    private readonly ImmutableDictionary<string, AbstractValue> fields;
    private int halvings;
    private bool isWholeRefused;

    public PartSearch(World world, Lifter lifter, FixedFields fixedFields, LiftedMethod host)
    {
        (this.world, this.lifter, this.fixedFields, this.host) = (world, lifter, fixedFields, host);
        budget = Budget.Of(host.Method);
        body = new WorkingBody(host.Method);
        known = new KnownTypes(host);
        fields = WrittenFields(host.Method);
        foreach (Instruction i in body.Code.Where(i => i.Operand is ParameterDefinition p && !body.IsThis(i) && p.ParameterType is ByReferenceType).ToArray())
        {
            Cut(i); // no part takes a reference
        }

        if (host.Method.HasThis && host.Method.DeclaringType.IsValueType)
        {
            StateMachineFields.LoadLate(body, fixedFields.IsFixed);
            foreach (Instruction i in StateMachineFields.Reads(body, fixedFields.IsFixed))
            {
                Cut(i);
            }
        }

        foreach (Instruction i in Cuts.StoresForHandlers(body, fixedFields.IsFixed))
        {
            Cut(i);
        }

        if (host.Method.ReturnType.MetadataType == MetadataType.Void)
        {
            excluded.UnionWith(body.Code.Where(i => i.OpCode.Code == Code.Ret)); // a part must return something
        }
    }

    /// <summary>What was refused on the way.</summary>
    public List<LiftException> Refusals { get; } = [];

    // Overloads have parts of their own.
    private string Prefix => $"<{host.Method.Name}>__{(Overload == 0 ? "" : $"{Overload}_")}part";

    private int Overload => host.Method.DeclaringType.Methods.Where(m => m.Name == host.Method.Name).TakeWhile(m => m != host.Method).Count();

    /// <summary>The method in parts; null when no part of it lifts and pays.</summary>
    public SplitMethod? Run()
    {
        if (host.Refusal is { } reason)
        {
            int at = reason.Path.FindLastIndex(p => p.Method == host.Method);
            Note(reason, at >= 0 ? body.CopyOf(reason.Path[at].At) : null);
            isWholeRefused = at < 0;
        }

        CutAtExits(host.Versions.SelectMany(v => v.LoopExits), "the value of a tensor");
        CutAtExits(host.Versions.SelectMany(v => v.CountExits), "a number of turns that the caller gives");

        int lifts = 0;
        for (int step = 0; step < MaxCuts && lifts < MaxLifts && !budget.IsSpent; step++)
        {
            var stack = new StackTypes(body, fixedFields.IsFixed);
            CodeRange? range = new RangeFinder(body, stack).Find(excluded, barriers).FirstOrDefault(r => Worth.Estimate(body, r, world) >= Worth.Least);
            if (range is null)
            {
                break;
            }

            if (isWholeRefused && range.Start == 0 && range.End == body.Code.Count && (CutAt(range, Suspects.ReadsHost) || CutAt(range, Suspects.IsStatement) || CutAt(range, Suspects.OpensOrCloses)))
            {
                continue;
            }

            if ((isWholeRefused && range.Start == 0 && range.End == body.Code.Count) || PartMethod.TryMake(body, new Liveness(body, stack.Constructed), range, $"{Prefix}{parts.Count}", world.IsModule) is not { } part)
            {
                Halve(range, stack);
                continue;
            }

            lifts++;
            Try(part, stack);
        }

        return parts.Count == 0 ? null : new SplitMethod(body, [.. parts], [.. boundaries.Distinct()]);
    }

    /// <summary>Takes the parts out of the class again.</summary>
    public void Undo()
    {
        foreach (MethodDefinition part in host.Method.DeclaringType.Methods.Where(m => m.Name.StartsWith(Prefix, StringComparison.Ordinal)).ToArray())
        {
            host.Method.DeclaringType.Methods.Remove(part);
        }
    }

    private void Try(PartMethod part, StackTypes stack)
    {
        TypeDefinition owner = host.Method.DeclaringType;
        LiftedMethod lifted = lifter.Lift(part.Method, budget, new PartContext(known.Of(part), fields, known.OriginsOf(part), VaryingOf(part)) { IsRecorded = known.IsRecorded });
        if (lifted.Versions.Any(Worth.Pays))
        {
            Accept(part, lifted);
            return;
        }

        owner.Methods.Remove(part.Method);
        if (lifted.Refusal is not { } refusal)
        {
            Exclude(part.Range); // there is nothing in it
            return;
        }

        Instruction? at = refusal.Path.Count > 0 && refusal.Path[^1].Method == part.Method ? part.OriginOf(refusal.Path[^1].At) : null;
        known.Learn(part, refusal);
        Note(refusal, at);
        if (at is null && !CutAt(part.Range, Suspects.ReadsHost) && !CutAtResults(part) && !CutAt(part.Range, Suspects.IsStatement) && !CutAt(part.Range, Suspects.OpensOrCloses))
        {
            Halve(part.Range, stack);
        }
    }

    private void Accept(PartMethod part, LiftedMethod lifted)
    {
        known.Learn(part, lifted.Versions[0]);
        SequencePoint[] lines = [.. part.Method.DebugInformation.SequencePoints.Where(p => !p.IsHidden)];
        parts.Add(new MethodPart(lifted, lines.FirstOrDefault()?.Document.Url ?? "", lines.Select(p => p.StartLine).DefaultIfEmpty(0).Min(), lines.Select(p => p.EndLine).DefaultIfEmpty(0).Max()));
        excluded.UnionWith(Residual.Call(body, part));
    }

    // A loop whose number of turns nobody knows stays one.
    private void CutAtExits(IEnumerable<ImmutableArray<CodePlace>> exits, string reason)
    {
        foreach (ImmutableArray<CodePlace> exit in exits)
        {
            if (exit.LastOrDefault(p => p.Method == host.Method).At is { } branch && body.CopyOf(branch) is { } at && !excluded.Contains(at))
            {
                boundaries.Add(Diagnostic.Of(Rules.UnknownBranch, Frame.Locate(host.Method, branch), host.Name, reason));
                Cut(at);
            }
        }
    }

    // The boundary is the host's instruction; for a loop without end, its jump back.
    private void Note(LiftException refusal, Instruction? at)
    {
        Refusals.Add(refusal);
        if (at is null)
        {
            return; // between the parts it is no matter
        }

        Diagnostic reason = refusal.ToDiagnostic(host.Name);
        boundaries.Add(reason.Location.File is null ? reason with { Location = Frame.Locate(host.Method, body.OriginOf(at)) } : reason); // the part is nobody's method

        Instruction boundary = refusal.Rule == Rules.UnboundedLoop ? JumpBack(at) ?? at : at;
        (IReadOnlyList<VariableDefinition?> below, object? result) = Cut(boundary);
        if (result is not null && refusal.Element is { } element)
        {
            known.Learn(result, element);
        }

        foreach ((VariableDefinition? slot, AbstractValue held) in below.Zip(refusal.HeldOnStack))
        {
            if (slot is not null && held is ObjectRef { Access: { } origin, Instance.IsStruct: false })
            {
                known.Learn(slot, origin);
            }
        }
    }

    private CutSlots Cut(Instruction boundary)
    {
        excluded.Add(boundary);
        return Cuts.Around(body, boundary, fixedFields.IsFixed);
    }

    // Numbers that the method counts with.
    private HashSet<string> VaryingOf(PartMethod part) => [.. part.Inputs.Select((slot, i) => (Slot: slot, part.Method.Parameters[i].Name))
        .Where(x => PartMethod.TypeOf(x.Slot).IsPrimitive && body.Code.Any(i => Liveness.IsStore(i) && i.Operand == x.Slot && IsInLoop(i))).Select(x => x.Name)];

    private bool IsInLoop(Instruction at)
    {
        int index = body.IndexOf(at);
        return body.Code.Skip(index).Any(i => IlCode.Targets(i).Any(t => body.IndexOf(t) <= index));
    }

    // Of the innermost loop around it.
    private Instruction? JumpBack(Instruction at)
    {
        int index = body.IndexOf(at);
        return body.Code.Skip(index).FirstOrDefault(i => IlCode.Targets(i).Any(t => body.IndexOf(t) <= index));
    }

    private bool CutAt(CodeRange range, Func<MethodReference, World, bool> isSuspect)
    {
        Instruction[] calls = [.. Suspects.In(body, range, isSuspect, world).Where(i => !excluded.Contains(i))];
        foreach (Instruction call in calls)
        {
            Cut(call);
        }

        return calls.Length > 0;
    }

    // What makes an object or a string that cannot leave a part stays outside; if that is not it, what makes numbers.
    private bool CutAtResults(PartMethod part)
    {
        foreach (bool isNumber in new[] { false, true })
        {
            bool isCut = false;
            foreach (VariableDefinition result in part.Results.OfType<VariableDefinition>().Where(r => body.Temporaries.Contains(r) && !World.IsTensor(r.VariableType) && r.VariableType.IsPrimitive == isNumber))
            {
                if (Cuts.AtMaking(body, result, fixedFields.IsFixed) is var (after, taken))
                {
                    isCut = barriers.Add(after);
                    known.Copy(result, taken);
                }
            }

            if (isCut)
            {
                return true;
            }

            Instruction[] makers = [.. Enumerable.Range(part.Range.Start + 1, part.Range.Length - 1)
                .Where(k => Liveness.IsStore(body.Code[k]) && part.Results.Contains(body.Code[k].Operand) && !World.IsTensor(PartMethod.TypeOf(body.Code[k].Operand)) && PartMethod.TypeOf(body.Code[k].Operand).IsPrimitive == isNumber)
                .Select(k => body.Code[k - 1]).Where(i => i.OpCode.OpCodeType != OpCodeType.Macro && IlCode.Pushes(i) == 1 && !excluded.Contains(i))];
            foreach (Instruction maker in makers)
            {
                Cut(maker);
            }

            if (makers.Length > 0)
            {
                return true;
            }
        }

        return false;
    }

    // What the method stores is not what the constructor put there when a later part begins.
    private static ImmutableDictionary<string, AbstractValue> WrittenFields(MethodDefinition method)
    {
        if (Candidates.IsGenerated(method.DeclaringType))
        {
            return Candidates.UnknownFields(method);
        }

        var written = ImmutableDictionary.CreateBuilder<string, AbstractValue>(StringComparer.Ordinal);
        foreach (FieldReference field in method.HasThis ? method.Body.Instructions.Where(i => i.OpCode.Code == Code.Stfld).Select(i => (FieldReference)i.Operand) : [])
        {
            if (field.DeclaringType.FullName == method.DeclaringType.FullName)
            {
                written[new Access.Field(new Access.Argument(0, "this", method.DeclaringType), field, field.FieldType).Key] = new Unknown(field.FieldType, $"the field {field.Name}, which the method stores");
            }
        }

        return written.ToImmutable();
    }

    // Why it does not lift is not known to lie at one place: two ranges instead of one.
    private void Halve(CodeRange range, StackTypes stack)
    {
        int middle = range.Start + (range.Length / 2);
        var regions = new Regions(body);
        int[] places = [.. Enumerable.Range(range.Start + 1, range.Length - 1).Where(k => stack.IsEmpty(k) && regions.At(k) == regions.At(range.Start) && !IlCode.IsPrefix(body.Code[k - 1]))];
        if (places.Length == 0 || ++halvings > MaxHalvings)
        {
            Exclude(range);
            return;
        }

        barriers.Add(body.Code[places.MinBy(k => Math.Abs(k - middle))]);
    }

    private void Exclude(CodeRange range) => excluded.UnionWith(body.Code.Skip(range.Start).Take(range.Length));
}
