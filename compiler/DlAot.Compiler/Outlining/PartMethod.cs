using DlAot.Compiler.Lifting.Instances;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Outlining;

/// <summary>
/// A range of a method as a method of its own: locals and arguments that it needs are parameters, those that are needed after it
/// are its result (several as a tuple, none as 0).
/// </summary>
internal sealed class PartMethod
{
    private const int MaxResults = 7; // of a tuple without a rest

    private readonly WorkingBody body;
    private readonly Dictionary<Instruction, Instruction> origins = [];
    private readonly Dictionary<int, object> locals = [];

    private PartMethod(WorkingBody body, CodeRange range, IReadOnlyList<object> inputs, IReadOnlyList<object> results, bool usesThis, string name)
    {
        (this.body, Range, Inputs, Results) = (body, range, inputs, results);
        MethodDefinition host = body.Host;
        Method = new MethodDefinition(name, MethodAttributes.Private | MethodAttributes.HideBySig | (usesThis ? 0 : MethodAttributes.Static), host.Module.TypeSystem.Void) { HasThis = usesThis };
        Annotations.BelongsTo(Method, host);
        Tuple = results.Count > 1 ? new TupleType(host.Module, [.. results.Select(TypeOf)]) : null;
        Method.ReturnType = range.Returns ? host.ReturnType : Tuple?.Type ?? (results.Count == 1 ? TypeOf(results[0]) : host.Module.TypeSystem.Int32);
    }

    public MethodDefinition Method { get; }

    public CodeRange Range { get; }

    /// <summary>Locals and arguments of the host, one for each parameter.</summary>
    public IReadOnlyList<object> Inputs { get; }

    /// <summary>Locals and arguments of the host that get the result.</summary>
    public IReadOnlyList<object> Results { get; }

    public TupleType? Tuple { get; }

    /// <summary>The host's copy of an instruction of the part; null for those that only the part has.</summary>
    public Instruction? OriginOf(Instruction own) => origins.GetValueOrDefault(own);

    /// <summary>The host's local or argument that a local of the part stands for.</summary>
    public object SlotOf(int local) => locals[local];

    /// <summary>Makes it, in the class of the host; null when something that goes in or out cannot be passed.</summary>
    /// <param name="isModule">Values of the type are modules: where they come from is found from <c>this</c>.</param>
    public static PartMethod? TryMake(WorkingBody body, Liveness live, CodeRange range, string name, Func<TypeReference, bool>? isModule = null)
    {
        Instruction[] code = [.. body.Code.Skip(range.Start).Take(range.Length)];
        object[] used = [.. code.Select(live.SlotOf).OfType<object>().Distinct(ReferenceEqualityComparer.Instance)!];
        object[] stored = [.. code.Where(Liveness.MayStore).Select(live.SlotOf).OfType<object>().Distinct(ReferenceEqualityComparer.Instance)!];
        object[] results = range.Returns ? [] : [.. live.At(range.End).Intersect(stored)];
        object[] inputs = [.. live.At(range.Start).Intersect(used)];
        bool mayPoint = live.At(range.Start).Concat(range.Returns ? [] : live.At(range.End)).Any(s => SlotTypes.MayPoint(TypeOf(s)));
        if (results.Length > MaxResults || results.Concat(inputs).Any(s => !SlotTypes.MayBeKept(TypeOf(s), body.Host)) || live.CaughtAt(range.Start).Intersect(stored).Any()
            || (mayPoint && body.Code.Any(i => i.OpCode.Code is Code.Ldloca or Code.Ldarga && used.Contains(i.Operand))) || (range.Returns && body.Host.ReturnType.MetadataType == MetadataType.Void)
            || (results.Length > 1 && !TupleType.IsKnown(body.Host.Module, results.Length)))
        {
            return null;
        }

        var part = new PartMethod(body, range, inputs, results, code.Any(body.IsThis) || (body.Host.HasThis && !body.Host.DeclaringType.IsValueType && isModule is not null && inputs.Any(s => isModule(TypeOf(s)))), name);
        body.Host.DeclaringType.Methods.Add(part.Method);
        part.Write(code, used);
        return part;
    }

    public static TypeReference TypeOf(object slot) => slot is VariableDefinition v ? v.VariableType : ((ParameterDefinition)slot).ParameterType;

    private void Write(Instruction[] code, object[] used)
    {
        var slots = new Dictionary<object, object>(ReferenceEqualityComparer.Instance);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (object slot in Inputs)
        {
            string name = NameOf(slot) is { } known && names.Add(known) ? known : $"value{Method.Parameters.Count}";
            var parameter = new ParameterDefinition(name, ParameterAttributes.None, TypeOf(slot));
            Method.Parameters.Add(parameter);
            slots[slot] = parameter;
        }

        MethodBody to = Method.Body;
        to.InitLocals = body.Host.Body.InitLocals;
        foreach (object slot in used.Where(s => !slots.ContainsKey(s)))
        {
            var local = new VariableDefinition(TypeOf(slot));
            to.Variables.Add(local);
            slots[slot] = local;
        }

        var copies = new Dictionary<Instruction, Instruction>();
        foreach (Instruction i in code)
        {
            Instruction copy = IlCode.Again(i);
            (copies[i], origins[copy]) = (copy, i);
            if (body.IsThis(i))
            {
                copy.Operand = to.ThisParameter;
            }
            else if (i.Operand is VariableDefinition or ParameterDefinition)
            {
                (copy.OpCode, copy.Operand) = (Renamed(i.OpCode, slots[i.Operand]), slots[i.Operand]);
            }

            to.Instructions.Add(copy);
        }

        Instruction[] exit = Exit(slots);
        foreach (Instruction i in exit)
        {
            to.Instructions.Add(i);
        }

        Instruction Moved(Instruction target) => copies.TryGetValue(target, out Instruction? copy) ? copy : exit.FirstOrDefault()!;
        foreach (Instruction copy in copies.Values)
        {
            copy.Operand = copy.Operand switch
            {
                Instruction target => Moved(target),
                Instruction[] targets => targets.Select(Moved).ToArray(),
                var other => other,
            };
        }

        foreach (ExceptionHandler h in body.Handlers.Where(h => copies.ContainsKey(h.TryStart) && copies.ContainsKey(h.HandlerStart)))
        {
            to.ExceptionHandlers.Add(new ExceptionHandler(h.HandlerType)
            {
                CatchType = h.CatchType,
                TryStart = copies[h.TryStart],
                TryEnd = Moved(h.TryEnd),
                FilterStart = h.FilterStart is null ? null : copies[h.FilterStart],
                HandlerStart = copies[h.HandlerStart],
                HandlerEnd = h.HandlerEnd is null ? null : Moved(h.HandlerEnd),
            });
        }

        foreach ((object slot, object own) in slots)
        {
            if (own is VariableDefinition local)
            {
                locals[local.Index] = slot;
            }
        }

        PartSymbols.Write(body, this, code, copies, slots);
    }

    private static OpCode Renamed(OpCode code, object slot) => (code.Code, slot) switch
    {
        (Code.Ldloc or Code.Ldarg, ParameterDefinition) => OpCodes.Ldarg,
        (Code.Ldloc or Code.Ldarg, _) => OpCodes.Ldloc,
        (Code.Ldloca or Code.Ldarga, ParameterDefinition) => OpCodes.Ldarga,
        (Code.Ldloca or Code.Ldarga, _) => OpCodes.Ldloca,
        (_, ParameterDefinition) => OpCodes.Starg,
        _ => OpCodes.Stloc,
    };

    // After the end control only gets there where the range does not return itself.
    private Instruction[] Exit(Dictionary<object, object> slots)
    {
        if (Range.Returns)
        {
            return [];
        }

        IEnumerable<Instruction> values = Results.Count == 0 ? [Instruction.Create(OpCodes.Ldc_I4_0)]
            : Results.Select(r => slots[r] is ParameterDefinition p ? Instruction.Create(OpCodes.Ldarg, p) : Instruction.Create(OpCodes.Ldloc, (VariableDefinition)slots[r]));
        return [.. values, .. Tuple is null ? Array.Empty<Instruction>() : [Instruction.Create(OpCodes.Newobj, Tuple.Constructor)], Instruction.Create(OpCodes.Ret)];
    }

    private string? NameOf(object slot) => slot is ParameterDefinition p ? p.Name : body.Host.DebugInformation.TryGetName((VariableDefinition)slot, out string name) ? name : null;
}
