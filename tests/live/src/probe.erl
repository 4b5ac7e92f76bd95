%% Loaded into the node under comparison: answers questions about one vhost over a socket on the loopback, a line each.
%% Quiescence is asked of the virtual machine, not of RabbitMQ: nothing is running or runnable but the one who asks.
-module(warren_live).
-export([start/1]).

%% Of a node of our own: it stops counting what is in streams, which it does every five seconds by the clock.
start(Own) ->
    Starter = self(),
    case Own of true -> sys:suspend(rabbit_osiris_metrics); false -> ok end,
    spawn(fun() ->
        group_leader(whereis(init), self()),
        {ok, Socket} = gen_tcp:listen(0, [binary, {packet, line}, {active, false}, {ip, {127, 0, 0, 1}}, {nodelay, true},
                                          {buffer, 1048576}]),
        {ok, Port} = inet:port(Socket),
        persistent_term:put(warren_live, counters:new(1, [])),
        Starter ! {port, Port},
        accept(Socket)
    end),
    receive {port, Port} -> Port after 5000 -> none end.

accept(Listening) ->
    {ok, Socket} = gen_tcp:accept(Listening),
    Pid = spawn(fun() -> receive go -> serve(Socket) end end),
    ok = gen_tcp:controlling_process(Socket, Pid),
    Pid ! go,
    accept(Listening).

serve(Socket) ->
    case gen_tcp:recv(Socket, 0) of
        {ok, Line} ->
            Request = rabbit_json:decode(string:trim(Line)),
            Answer = try answer(Request) catch Class:Why:Stack ->
                #{<<"failed">> => unicode:characters_to_binary(io_lib:format("~0tp", [{Class, Why, Stack}]))}
            end,
            ok = gen_tcp:send(Socket, [rabbit_json:encode(Answer), "\n"]),
            serve(Socket);
        {error, _} -> ok
    end.

answer([<<"version">>]) ->
    {ok, Version} = application:get_key(rabbit, vsn),
    list_to_binary(Version);
answer([<<"vhost">>, V]) ->
    case rabbit_vhost:exists(V) of true -> ok; false -> rabbit_vhost:add(V, <<"live">>) end,
    ok = rabbit_auth_backend_internal:set_permissions(<<"guest">>, V, <<".*">>, <<".*">>, <<".*">>, <<"live">>),
    true;
answer([<<"settle">>]) -> settle();
%% As stop_app and start_app do.
answer([<<"restart">>]) ->
    ok = rabbit:stop(),
    ok = rabbit:start(),
    ok = rabbit:await_startup(),
    true;
answer([<<"flush">>, V]) ->
    [amqqueue:get_pid(Q) ! sync_timeout || Q <- rabbit_amqqueue:list(V), amqqueue:get_type(Q) =:= rabbit_classic_queue],
    settle();
%% RabbitMQ 3.10 and 4.0 count the consumers of a stream that is gone for another of its name, as long as their channel is open.
answer([<<"forget">>]) ->
    [ets:delete(consumer_created, Key)
     || {{Queue, _, _} = Key, _, _, _, _, _, _} <- ets:tab2list(consumer_created), not rabbit_amqqueue:exists(Queue)],
    true;
answer([<<"gone">>, Port]) -> gone(Port, 5000);
answer([<<"inspect">>, V]) -> inspect(V);
answer([<<"reset">>, V]) -> reset(V);
answer([<<"set_policy">>, V, Operator, Name, Pattern, Definition, Priority, ApplyTo]) ->
    Set = case Operator of true -> parse_set_op; false -> parse_set end,
    case rabbit_policy:Set(V, Name, Pattern, rabbit_json:encode(Definition), Priority, ApplyTo, <<"live">>) of
        ok -> true;
        {error_string, Text} -> unicode:characters_to_binary(Text)
    end;
answer([<<"clear_policy">>, V, Operator, Name]) ->
    Delete = case Operator of true -> delete_op; false -> delete end,
    _ = rabbit_policy:Delete(V, Name, <<"live">>),
    true;
answer([<<"add_user">>, User, Password]) ->
    case rabbit_auth_backend_internal:exists(User) of
        true -> rabbit_auth_backend_internal:delete_user(User, <<"live">>);
        false -> ok
    end,
    ok = rabbit_auth_backend_internal:add_user(User, Password, <<"live">>),
    true;
answer([<<"set_permissions">>, V, User, Configure, Write, Read]) ->
    ok = rabbit_auth_backend_internal:set_permissions(User, V, Configure, Write, Read, <<"live">>),
    true.

%% Twice in a row nobody but those who ask this.
settle() ->
    Askers = persistent_term:get(warren_live),
    counters:add(Askers, 1, 1),
    Calm = settle(0, 0, Askers),
    counters:sub(Askers, 1, 1),
    Calm.

settle(2, _, _) -> true;
settle(Calm, Tries, Askers) when Tries < 2000000 ->
    erlang:yield(),
    case erlang:statistics(total_active_tasks_all) =< counters:get(Askers, 1) of
        true -> settle(Calm + 1, Tries, Askers);
        false when Tries rem 30 =:= 29 ->
            counters:sub(Askers, 1, 1),
            receive after 1 -> ok end,
            counters:add(Askers, 1, 1),
            settle(0, Tries + 1, Askers);
        false -> settle(0, Tries + 1, Askers)
    end;
settle(_, _, _) -> false.

%% A connection whose client went away without a word.
gone(_, 0) -> false;
gone(Port, Tries) ->
    case [P || {P, Info} <- ets:tab2list(connection_created), proplists:get_value(peer_port, Info) =:= Port] of
        [] -> settle();
        _ -> receive after 1 -> gone(Port, Tries - 1) end
    end.

inspect(V) ->
    Queues = [begin
        {resource, _, _, Name} = amqqueue:get_name(Q),
        case amqqueue:get_type(Q) of
            rabbit_quorum_queue ->
                Ask = fun(Fun) -> {ok, {_, X}, _} = ra:local_query(amqqueue:get_pid(Q), Fun), X end,
                #{name => Name, ready => Ask(fun rabbit_fifo:query_messages_ready/1),
                  unacked => Ask(fun rabbit_fifo:query_messages_checked_out/1),
                  consumers => Ask(fun rabbit_fifo:query_consumer_count/1)};
            rabbit_stream_queue ->
                Counters = maps:get({osiris_writer, amqqueue:get_name(Q)}, osiris_counters:overview(), #{}),
                First = max(0, maps:get(first_offset, Counters, 0)),
                Consumers = [Channel || {{Of, Channel, _}, _, _, _, _, _, _} <- ets:tab2list(consumer_created),
                                        Of =:= amqqueue:get_name(Q), is_process_alive(Channel)],
                #{name => Name, ready => maps:get(offset, Counters, -1) + 1 - First, unacked => 0,
                  consumers => length(Consumers)};
            _ ->
                Info = rabbit_amqqueue:info(Q, [messages_ready, messages_unacknowledged, consumers]),
                #{name => Name, ready => proplists:get_value(messages_ready, Info, null),
                  unacked => proplists:get_value(messages_unacknowledged, Info, null),
                  consumers => proplists:get_value(consumers, Info, null)}
        end
    end || Q <- rabbit_amqqueue:list(V)],
    Exchanges = [begin
        Info = rabbit_exchange:info(X, [name, type, durable, auto_delete, internal]),
        {resource, _, _, Name} = proplists:get_value(name, Info),
        maps:put(name, Name, maps:from_list(proplists:delete(name, Info)))
    end || X <- rabbit_exchange:list(V)],
    Wanted = [source_name, destination_name, destination_kind, routing_key, arguments],
    Bindings = [maps:from_list([{Key, case Key of arguments -> rabbit_misc:amqp_table(Value); _ -> Value end}
                                || {Key, Value} <- Binding, lists:member(Key, Wanted)])
                || Binding <- rabbit_binding:info_all(V)],
    #{queues => Queues, exchanges => Exchanges, bindings => Bindings}.

reset(V) ->
    ok = rabbit_auth_backend_internal:set_permissions(<<"guest">>, V, <<".*">>, <<".*">>, <<".*">>, <<"live">>),
    [rabbit_policy:delete(V, proplists:get_value(name, P), <<"live">>) || P <- rabbit_policy:list(V)],
    [rabbit_policy:delete_op(V, proplists:get_value(name, P), <<"live">>) || P <- rabbit_policy:list_op(V)],
    [rabbit_amqqueue:delete(Q, false, false, <<"live">>) || Q <- rabbit_amqqueue:list(V)],
    [begin
        Name = {resource, V, exchange, N},
        case N of
            <<>> -> ok;
            <<"amq.", _/binary>> ->
                [rabbit_binding:remove(B, <<"live">>) || B <- rabbit_binding:list_for_source(Name)];
            _ -> delete_exchange(Name)
        end
    end || X <- rabbit_exchange:list(V), {resource, _, _, N} <- [proplists:get_value(name, rabbit_exchange:info(X, [name]))]],
    settle().

delete_exchange(Name) ->
    case erlang:function_exported(rabbit_exchange, ensure_deleted, 3) of
        true -> rabbit_exchange:ensure_deleted(Name, false, <<"live">>);
        false -> rabbit_exchange:delete(Name, false, <<"live">>)
    end.
